#pragma once

#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"

/// Sums over the pixels of one H×W×C image, by channel, or over its channels, by pixel, and what means and variances
/// are made of. Variances come in two
/// passes, around a mean that is known already; samples are merged by Chan's formula (Chan, Golub and LeVeque, 1979),
/// so nothing is lost where the mean is large against the deviation.
namespace norma::inline NORMA_TARGET::kernels {

/// Pixels that a loop over an image takes side by side, each with its own accumulators, to cover the latency of an
/// addition.
inline constexpr int pixels_side_by_side = 4;

/// Calls `f(pixel, side)` for all pixels of `E`, four at a time; `side` (known to the compiler once the loops are
/// unrolled) tells which accumulators to use.
template <Extent E, class F>
NORMA_ALWAYS_INLINE inline void for_each_pixel(F&& f) {
    constexpr int whole = E.pixels() / pixels_side_by_side * pixels_side_by_side;
    for (int pixel = 0; pixel < whole; pixel += pixels_side_by_side) {
        NORMA_UNROLL
        for (int side = 0; side < pixels_side_by_side; ++side) f(pixel + side, side);
    }
    if constexpr (constexpr int rest = E.pixels() - whole; rest > 0) {
        NORMA_UNROLL
        for (int side = 0; side < rest; ++side) f(whole + side, side);
    }
}

/// For each channel the sum over pixels of `term(packet of channels, address of x there)`. `prepare.operator()<P>(c)`
/// gives what the term needs of channels [c, c + P::lanes). Writes (`=`) `sums`, C numbers.
template <class T, Extent E, class Prepare, class Term>
NORMA_ALWAYS_INLINE inline void sum_over_pixels(const T* x, T* sums, Prepare&& prepare, Term&& term) {
    simd::for_each_run<T, E.channels, 2>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        P partial[std::size_t(pixels_side_by_side)][std::size_t(Packets)];
        P context[std::size_t(Packets)];
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            context[n] = prepare.template operator()<P>(channel + n * P::lanes);
            NORMA_UNROLL
            for (int side = 0; side < pixels_side_by_side; ++side) partial[side][n] = simd::set<P>(T(0));
        }
        for_each_pixel<E>([&](int pixel, int side) NORMA_ALWAYS_INLINE {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const P value = simd::load<P>(x + pixel * E.channels + channel + n * P::lanes);
                partial[side][n] = term(partial[side][n], value, context[n]);
            }
        });
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            const P even = simd::add(partial[0][n], partial[2][n]);
            const P odd = simd::add(partial[1][n], partial[3][n]);
            simd::store(sums + channel + n * P::lanes, simd::add(even, odd));
        }
    });
}

/// sums[c] = Σ x[·, c].
template <class T, Extent E>
inline void channel_sums(const T* x, T* sums) {
    sum_over_pixels<T, E>(
        x, sums, []<class P>(int) NORMA_ALWAYS_INLINE { return simd::set<P>(T(0)); },
        [](const auto& partial, const auto& value, const auto&)
            NORMA_ALWAYS_INLINE { return simd::add(partial, value); });
}

/// sums[c] = Σ (x[·, c] − centre[c])².
template <class T, Extent E>
inline void channel_squares(const T* x, const T* centre, T* sums) {
    sum_over_pixels<T, E>(
        x, sums, [centre]<class P>(int channel) NORMA_ALWAYS_INLINE { return simd::load<P>(centre + channel); },
        [](const auto& partial, const auto& value, const auto& mean) NORMA_ALWAYS_INLINE {
            const auto deviation = simd::subtract(value, mean);
            return simd::multiply_add(deviation, deviation, partial);
        });
}

/// Replaces each of the `E.channels` numbers by the mean over its group: the sum of the group's numbers divided by the
/// number of elements the group has in one sample. Groups are runs of neighbouring channels.
template <class T, Extent E, int Groups>
inline void group_means(T* sums) {
    constexpr int channels = E.channels / Groups;
    for (int group = 0; group < Groups; ++group) {
        T* const first = sums + group * channels;
        T total = 0;
        for (int c = 0; c < channels; ++c) total += first[c];
        total /= static_cast<T>(channels * E.pixels());
        for (int c = 0; c < channels; ++c) first[c] = total;
    }
}

/// mean[c] and variance[c] (biased) of the group of channel c within one sample, each repeated for all channels of the
/// group. Where the mean is not subtracted, mean[c] = 0 and variance[c] is the mean square. Writes (`=`) both.
template <class T, Extent E, int Groups, bool SubtractMean>
inline void sample_moments(const T* x, T* mean, T* variance) {
    if constexpr (SubtractMean) {
        channel_sums<T, E>(x, mean);
        group_means<T, E, Groups>(mean);
    } else {
        for (int c = 0; c < E.channels; ++c) mean[c] = 0;
    }
    channel_squares<T, E>(x, mean, variance);
    group_means<T, E, Groups>(variance);
}

/// Σ over a pixel's channels of `term(packet of channels)`; `x` is where the pixel begins.
template <class T, Extent E, class Term>
NORMA_ALWAYS_INLINE inline T sum_over_channels(const T* x, Term&& term) {
    T sum = 0;
    simd::for_each_run<T, E.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        P partial = simd::set<P>(T(0));
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            partial = simd::add(partial, term(simd::load<P>(x + channel + n * P::lanes)));
        }
        sum += simd::sum(partial);
    });
    return sum;
}

/// mean[p] and variance[p] (biased) over the channels of pixel p. Where the mean is not subtracted, mean[p] = 0 and
/// variance[p] is the mean square. Writes (`=`) both, H·W numbers each.
template <class T, Extent E, bool SubtractMean>
inline void pixel_moments(const T* x, T* mean, T* variance) {
    constexpr T count = static_cast<T>(E.channels);
    for (int pixel = 0; pixel < E.pixels(); ++pixel) {
        const T* const first = x + pixel * E.channels;
        T centre = 0;
        if constexpr (SubtractMean) {
            centre = sum_over_channels<T, E>(first, [](const auto& v) NORMA_ALWAYS_INLINE { return v; }) / count;
        }
        mean[pixel] = centre;
        variance[pixel] = sum_over_channels<T, E>(first,
                                                  [centre]<class P>(const P& v) NORMA_ALWAYS_INLINE {
                                                      const P deviation = simd::subtract(v, simd::set<P>(centre));
                                                      return simd::multiply(deviation, deviation);
                                                  }) /
                          count;
    }
}

/// Mean and variance of a growing set: `count` values so far, for each of `n` channels their mean and the sum of
/// squared deviations from it. Merges (in place) another such set into this one by Chan's formula.
template <class T>
inline void merge_moments(int n, T& count, T* mean, T* squares, T other_count, const T* other_mean,
                          const T* other_squares) {
    const T total = count + other_count;
    if (!(other_count > 0)) return;
    const T share = other_count / total;
    const T weight = count * share;
    for (int c = 0; c < n; ++c) {
        const T difference = other_mean[c] - mean[c];
        mean[c] += difference * share;
        squares[c] += other_squares[c] + difference * difference * weight;
    }
    count = total;
}

}  // namespace norma::inline NORMA_TARGET::kernels
