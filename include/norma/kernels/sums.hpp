#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"

/// Sums over one H×W×C image: of each channel over the pixels, or of neighbouring channels. `Step` is the distance from
/// one pixel to the next: an image may be a slice of the channels of a wider one.
namespace norma::inline NORMA_TARGET::kernels {

/// Pixels in a block. A block is summed pixel after pixel, and the sums of the blocks in a tree, so that the rounding
/// error does not grow with the image.
inline constexpr int block_pixels = 1024;

namespace detail {

/// Calls `f(pixel, side)` for the pixels [0, Pixels), `Sides` at a time. `side` tells which accumulators to use, and is
/// a constant once the loops are unrolled.
template <int Pixels, int Sides, class F>
NORMA_INLINE inline void for_each_pixel(F&& f) {
    constexpr int whole = Pixels / Sides * Sides;
    for (int pixel = 0; pixel < whole; pixel += Sides) {
        NORMA_UNROLL
        for (int side = 0; side < Sides; ++side) f(pixel + side, side);
    }
    if constexpr (constexpr int rest = Pixels - whole; rest > 0) {
        NORMA_UNROLL
        for (int side = 0; side < rest; ++side) f(whole + side, side);
    }
}

/// `Sums` sums for each channel of `Packets` packets.
template <class P, int Packets, int Sums>
struct PacketSums {
    P of[std::size_t(Packets)][std::size_t(Sums)];

    NORMA_ALWAYS_INLINE void add(const PacketSums& other) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            NORMA_UNROLL
            for (int s = 0; s < Sums; ++s) of[n][s] = simd::add(of[n][s], other.of[n][s]);
        }
    }
};

/// The sums of blocks [first, last), added in a tree whose form depends on their number alone.
template <class S, class Block>
S sum_of_blocks(int first, int last, const Block& block) {
    if (last - first == 1) return block(first);
    const int middle = first + (last - first) / 2;
    S sum = sum_of_blocks<S>(first, middle, block);
    sum.add(sum_of_blocks<S>(middle, last, block));
    return sum;
}

/// The sums of `Pixels` pixels from `x` on, `Step` numbers apart. `term` and `context` are as in `sum_over_pixels`.
template <int Pixels, int Step, int Sums, int Packets, class T, class P, class Term>
NORMA_INLINE inline PacketSums<P, Packets, Sums> sum_of_pixels(const T* x, const P (&context)[std::size_t(Packets)],
                                                               const Term& term) {
    constexpr int sides = 8 / (Sums * Packets);  // eight independent sums hide the latency of an addition
    PacketSums<P, Packets, Sums> partial[std::size_t(sides)];
    NORMA_UNROLL
    for (int side = 0; side < sides; ++side) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            NORMA_UNROLL
            for (int s = 0; s < Sums; ++s) partial[side].of[n][s] = simd::set<P>(0);
        }
    }
    for_each_pixel<Pixels, sides>([&](int pixel, int side) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            term(partial[side].of[n], simd::load<P>(x + pixel * Step + n * P::lanes), context[n]);
        }
    });
    const auto fold = [&]<int Half>(std::integral_constant<int, Half>) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int side = 0; side < Half; ++side) partial[side].add(partial[side + Half]);
    };
    if constexpr (sides == 8) fold(std::integral_constant<int, 4>{});
    if constexpr (sides >= 4) fold(std::integral_constant<int, 2>{});
    fold(std::integral_constant<int, 1>{});
    return partial[0];
}

}  // namespace detail

/// For each channel `Sums` sums over pixels, which are `Step` numbers apart. `term(sums, packet of channels of x,
/// context)` adds a pixel's part to the sums so far; `prepare.operator()<P>(c)` gives the context of channels
/// [c, c + P::lanes). Writes (`=`) `sums`, C numbers each.
template <class T, Extent E, std::size_t Sums, int Step = E.channels, class Prepare, class Term>
NORMA_INLINE inline void sum_over_pixels(const T* x, const std::array<ScalarOf<T>*, Sums>& sums, Prepare&& prepare,
                                         Term&& term) {
    simd::for_each_run<T, E.channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        constexpr int count = static_cast<int>(Sums);
        constexpr int whole = E.pixels() / block_pixels;
        constexpr int rest = E.pixels() % block_pixels;
        using Block = detail::PacketSums<P, Packets, count>;
        P context[std::size_t(Packets)];
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) context[n] = prepare.template operator()<P>(channel + n * P::lanes);
        Block total;
        if constexpr (whole == 0) {
            total = detail::sum_of_pixels<rest, Step, count, Packets>(x + channel, context, term);
        } else {
            total = detail::sum_of_blocks<Block>(0, whole + (rest > 0 ? 1 : 0), [&](int block) {
                const T* const first = x + block * block_pixels * Step + channel;
                if constexpr (rest > 0) {
                    if (block == whole) return detail::sum_of_pixels<rest, Step, count, Packets>(first, context, term);
                }
                return detail::sum_of_pixels<block_pixels, Step, count, Packets>(first, context, term);
            });
        }
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            NORMA_UNROLL
            for (int s = 0; s < count; ++s) {
                simd::store(sums[std::size_t(s)] + channel + n * P::lanes, total.of[n][s]);
            }
        }
    });
}

/// sums[c] = Σ x[·, c], over pixels that are `Step` numbers apart.
template <class T, Extent E, int Step = E.channels>
inline void channel_sums(const T* x, ScalarOf<T>* sums) {
    sum_over_pixels<T, E, 1, Step>(
        x, {sums}, []<class P>(int) NORMA_ALWAYS_INLINE { return simd::set<P>(0); },
        []<class P>(P* sum, const P& value, const P&) NORMA_ALWAYS_INLINE { sum[0] = simd::add(sum[0], value); });
}

/// squares[c] = Σ x[·, c]².
template <class T, Extent E, int Step = E.channels>
inline void channel_squares(const T* x, ScalarOf<T>* squares) {
    sum_over_pixels<T, E, 1, Step>(
        x, {squares}, []<class P>(int) NORMA_ALWAYS_INLINE { return simd::set<P>(0); },
        []<class P>(P* sum, const P& value, const P&)
            NORMA_ALWAYS_INLINE { sum[0] = simd::multiply_add(value, value, sum[0]); });
}

/// sums[c] = Σ (x[·, c] − centre[c]), squares[c] = Σ (x[·, c] − centre[c])².
template <class T, Extent E, int Step = E.channels>
inline void channel_deviations(const T* x, const ScalarOf<T>* centre, ScalarOf<T>* sums, ScalarOf<T>* squares) {
    sum_over_pixels<T, E, 2, Step>(
        x, {sums, squares},
        [centre]<class P>(int channel) NORMA_ALWAYS_INLINE { return simd::load<P>(centre + channel); },
        []<class P>(P* sum, const P& value, const P& mean) NORMA_ALWAYS_INLINE {
            const P deviation = simd::subtract(value, mean);
            sum[0] = simd::add(sum[0], deviation);
            sum[1] = simd::multiply_add(deviation, deviation, sum[1]);
        });
}

/// `Sums` sums over `Count` neighbouring numbers from `x` on; `term(sums, packet of x)` adds a packet's part.
template <class T, int Count, std::size_t Sums, class Term>
NORMA_INLINE inline std::array<ScalarOf<T>, Sums> sum_over_channels(const T* x, Term&& term) {
    std::array<ScalarOf<T>, Sums> sums{};
    simd::for_each_run<T, Count, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        P partial[Sums];
        NORMA_UNROLL
        for (std::size_t s = 0; s < Sums; ++s) partial[s] = simd::set<P>(0);
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) term(partial, simd::load<P>(x + channel + n * P::lanes));
        NORMA_UNROLL
        for (std::size_t s = 0; s < Sums; ++s) sums[s] += simd::sum(partial[s]);
    });
    return sums;
}

/// Σ of `Count` neighbouring numbers from `x` on.
template <class T, int Count>
NORMA_INLINE inline ScalarOf<T> sum_of(const T* x) {
    return sum_over_channels<T, Count, 1>(
        x, []<class P>(P* sum, const P& value) NORMA_ALWAYS_INLINE { sum[0] = simd::add(sum[0], value); })[0];
}

}  // namespace norma::inline NORMA_TARGET::kernels
