#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/epilogue.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/winograd_tiles.hpp"
#include "norma/kernels/write.hpp"

/// Convolutions of 3×3 taps and stride 1 by Winograd's algorithm F(2×2, 3×3) (Lavin and Gray, "Fast Algorithms for
/// Convolutional Neural Networks", 2015). A tile of 2×2 outputs reads 4×4 inputs d and costs 16 products a channel
/// instead of 36:
///
///     y = Aᵀ [ Σ over input channels (G g Gᵀ) ⊙ (Bᵀ d B) ] A
///
/// For each of the 16 elements, the sum over channels is a product of matrices: tiles × input channels by input
/// channels × output channels. The matrices have only the factors 0, ±1 and ½, so the rounding error is not larger than
/// that of a direct convolution.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// Rows that `winograd_product` has at most, an even number.
inline constexpr int winograd_rows = tile_pixels(2) / 2 * 2;

/// c + a · b; for pairs of bfloat16 numbers c + a₁ · b₁ + a₂ · b₂.
template <Precision R, class P>
NORMA_INLINE inline P add_product(const P& a, const P& b, const P& c) {
    if constexpr (R == Precision::bf16) return simd::dot_pairs(a, b, c);
    return simd::multiply_add(a, b, c);
}

/// sums(r, n) += a(r) · b(n), for numbers a at a distance of `a_step` and packets b at one of `b_step`.
template <Precision R, class P, std::size_t Rows, std::size_t Packets>
NORMA_INLINE inline void add_outer_product(const typename P::Scalar* a, int a_step, const typename P::Scalar* b,
                                           long long b_step, P (&sums)[Rows][Packets]) {
    P packets[Packets];
    NORMA_UNROLL
    for (int n = 0; n < int(Packets); ++n) packets[n] = simd::load<P>(b + n * b_step);
    NORMA_UNROLL
    for (int r = 0; r < int(Rows); ++r) {
        const P value = simd::set<P>(a[r * a_step]);
        NORMA_UNROLL
        for (int n = 0; n < int(Packets); ++n) sums[r][n] = add_product<R>(value, packets[n], sums[r][n]);
    }
}

/// m(r, n) = Σ over channels c of v(c, r) · u(c, n), for `Rows` tiles × `Packets` packets. `v` has `blocks` blocks of
/// channels, each tile's channels side by side, and `v_block` numbers from one block to the next; `u` has the packets
/// of each channel side by side; `m_packet` is the distance from one packet of `m` to the next. Writes (`=`) `m`.
template <class T, Precision R, int Packets, int Rows>
NORMA_NOINLINE inline void winograd_product(const T* v, long long v_block, const T* u, int blocks, T* m,
                                            long long m_packet) {
    using P = simd::Widest<T>;
    P sums[std::size_t(Rows)][std::size_t(Packets)];
    NORMA_UNROLL
    for (int r = 0; r < Rows; ++r) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) sums[r][n] = simd::set<P>(T(0));
    }
    for (int block = 0; block < blocks; ++block) {
        for (int c = 0; c < P::lanes; ++c) {
            add_outer_product<R>(v + c, P::lanes, u, P::lanes, sums);
            u += Packets * P::lanes;
        }
        v += v_block;
    }
    NORMA_UNROLL
    for (int r = 0; r < Rows; ++r) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) simd::store(m + n * m_packet + r * P::lanes, sums[r][n]);
    }
}

/// The same for any number of tiles, cut into pieces of even size. Up to `winograd_rows` − 1 rows after the last tile
/// are written too.
template <class T, Precision R, int Packets>
inline void winograd_products(int tiles, const T* v, long long v_block, const T* u, int blocks, T* m,
                              long long m_packet) {
    using Product = void (*)(const T*, long long, const T*, int, T*, long long);
    static constexpr auto products = []<int... Half>(std::integer_sequence<int, Half...>) {
        return std::array<Product, sizeof...(Half)>{&winograd_product<T, R, Packets, 2 * (Half + 1)>...};
    }(std::make_integer_sequence<int, winograd_rows / 2>{});
    const int pieces = (tiles + winograd_rows - 1) / winograd_rows;
    for (int piece = 0, first = 0; piece < pieces; ++piece) {
        const int left = pieces - piece;
        const int half = ((tiles - first + left - 1) / left + 1) / 2;
        products[std::size_t(half - 1)](v + first * simd::Widest<T>::lanes, v_block, u, blocks,
                                        m + first * simd::Widest<T>::lanes, m_packet);
        first += 2 * half;
    }
}

/// y = skip + f(Aᵀ m A + bias) for tiles [first, first + count), with skip and f as `E` says. Writes (`=`) or adds to
/// (`+=`) the target as `W` says.
template <class T, Epilogue E, Write W>
NORMA_NOINLINE inline void winograd_output(const WinogradSum& s, const Images& images, const Elements<ScalarOf<T>>& m,
                                           const ScalarOf<T>* bias, const T* skip, T* target, int first, int count) {
    using P = simd::Widest<T>;
    const int skip_pitch = E.skip_pitch != 0 ? E.skip_pitch : s.target.channels;
    for (int t = 0; t < count; ++t) {
        const Tile tile = s.tile(first + t);
        const int pixel = tile.row * s.target.width + tile.column;
        T* const to = target + tile.image * images.target + static_cast<long long>(pixel) * s.target_pitch;
        [[maybe_unused]] const T* const other =
            E.adds_skip ? skip + tile.image * images.skip + static_cast<long long>(pixel) * skip_pitch : nullptr;
        const bool has_right = tile.column + 1 < s.target.width;
        const bool has_below = tile.row + 1 < s.target.height;
        for (int c = 0; c < s.target.channels; c += P::lanes) {
            const P constant = bias != nullptr ? simd::load<P>(bias + c) : simd::set<P>(ScalarOf<T>(0));
            P y[2][2];
            output_of_elements<P>(m.at(t, c), m.element, y);
            const auto finish = [&](int row, int column, const P& sum) NORMA_ALWAYS_INLINE {
                const int at = row * s.target.width + column;
                T* const out = to + static_cast<long long>(at) * s.target_pitch + c;
                P value = simd::add(constant, sum);
                if constexpr (W == Write::add) value = simd::add(simd::load<P>(out), value);
                value = activate<E.activation>(value);
                if constexpr (E.adds_skip) {
                    value = simd::add(value, simd::load<P>(other + static_cast<long long>(at) * skip_pitch + c));
                }
                simd::store(out, value);
            };
            finish(0, 0, y[0][0]);
            if (has_right) finish(0, 1, y[0][1]);
            if (!has_below) continue;
            finish(1, 0, y[1][0]);
            if (has_right) finish(1, 1, y[1][1]);
        }
    }
}

/// Tiles that are transformed, multiplied and transformed back at a time: two pieces of rows, or a little less, so that
/// groups are about equal.
constexpr int winograd_group(int tiles) {
    const int groups = (tiles + 2 * winograd_rows - 1) / (2 * winograd_rows);
    return (tiles + groups - 1) / groups;
}

/// Rows of the arrays for a group, those that `winograd_products` writes after the last tile included.
constexpr int winograd_group_rows(int tiles) { return winograd_group(tiles) + winograd_rows; }

/// Computes the sum `s` for each image. `u` is what `winograd_weights` wrote.
template <class T, Precision R, Epilogue E, Write W, class Ahead>
inline void winograd_sum(const WinogradSum& s, const Images& images, const T* source, const ScalarOf<T>* u,
                         const ScalarOf<T>* bias, const T* skip, T* target, ScalarOf<T>* scratch, const Ahead& ahead) {
    using N = ScalarOf<T>;
    constexpr int lanes = simd::Widest<T>::lanes;
    const int tiles = images.count * s.tiles();
    const int group = winograd_group(tiles);
    const int slot_count = slots<T>(s.source.channels, R);
    const Elements<N> v(scratch, slot_count, winograd_group_rows(tiles));
    const Elements<N> m(v.end(), s.target.channels, winograd_group_rows(tiles));
    const T* const zeros = zero_pixel<T>(m.end(), s.source.channels);
    const int blocks = slot_count / lanes;
    for (int first = 0; first < tiles; first += group) {
        const int count = std::min(group, tiles - first);
        winograd_input<T, R == Precision::bf16 ? Pairing::channels : Pairing::none>(s, source, images.source, zeros, v,
                                                                                    first, count);
        const N* run = u;
        for (int e = 0; e < winograd_elements; ++e) {
            ahead.fetch(first / group * winograd_elements + e, (tiles + group - 1) / group * winograd_elements);
            const N* const from = v.data + e * v.element;
            N* const to = m.data + e * m.element;
            int channel = 0;
            for (; channel + 2 * lanes <= s.target.channels; channel += 2 * lanes) {
                winograd_products<N, R, 2>(count, from, v.block(), run, blocks, to + channel / lanes * m.block(),
                                           m.block());
                run += 2 * lanes * slot_count;
            }
            if (channel < s.target.channels) {
                winograd_products<N, R, 1>(count, from, v.block(), run, blocks, to + channel / lanes * m.block(),
                                           m.block());
                run += lanes * slot_count;
            }
        }
        winograd_output<T, E, W>(s, images, m, bias, skip, target, first, count);
    }
}

/// Numbers that `winograd_sum` needs of its scratch memory for up to `images` images.
constexpr long long winograd_sum_scratch(const WinogradSum& s, int images) {
    const int rows = std::min(images * s.tiles(), 2 * winograd_rows) + winograd_rows;
    return elements_size(s.source.channels, rows) + elements_size(s.target.channels, rows) + s.source.channels;
}

}  // namespace detail

/// `convolve` by Winograd's algorithm. `u` is what `winograd_weights` wrote. Writes (`=`) `y`, and uses
/// `winograd_scratch` numbers of `scratch`.
template <class T, Convolution C, Epilogue E = Epilogue{}, Precision R = Precision::scalar, class Ahead = NoPrefetch>
inline void winograd_convolve(const Images& images, const T* x, const ScalarOf<T>* u, const ScalarOf<T>* bias, T* y,
                              const T* skip, ScalarOf<T>* scratch, const Ahead& ahead = {}) {
    detail::winograd_sum<T, R, E, Write::assign>(detail::WinogradSum::forward(C), images, x, u, bias, skip, y, scratch,
                                                 ahead);
}

/// `convolve_input_gradient` likewise. `u` is what `winograd_transposed_weights` wrote. Writes (`=`) or adds to (`+=`)
/// `dx` as `W` says.
template <class T, Convolution C, Write W = Write::assign, Precision R = Precision::scalar, class Ahead = NoPrefetch>
inline void winograd_input_gradient(const Images& images, const T* dy, const ScalarOf<T>* u, T* dx,
                                    ScalarOf<T>* scratch, const Ahead& ahead = {}) {
    detail::winograd_sum<T, R, Epilogue{}, W>(detail::WinogradSum::backward(C), images, dy, u, nullptr, nullptr, dx,
                                              scratch, ahead);
}

}  // namespace norma::inline NORMA_TARGET::kernels
