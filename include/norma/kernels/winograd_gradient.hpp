#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/winograd.hpp"
#include "norma/kernels/winograd_tiles.hpp"

/// The gradient of a convolution's weights by Winograd's algorithm, see winograd.hpp:
///
///     dg = Gᵀ [ Σ over tiles (Bᵀ d B) ⊙ (A dy Aᵀ) ] G
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// Input channels of a register tile: they divide a packet, and leave room for two packets of output channels.
template <class T>
inline constexpr int winograd_inputs = [] {
    int inputs = 1;
    while (2 * inputs <= std::min(simd::Widest<T>::lanes, tile_pixels(2))) inputs *= 2;
    return inputs;
}();

/// Channels of either kind whose sums are made at a time: 16 elements of them stay in the L2 cache.
inline constexpr int winograd_channels = 64;

/// du(i, n) = Σ over tiles of v(i) · d(n), for `winograd_inputs` input channels × `Packets` packets. Writes (`=`) `du`,
/// whose rows have `winograd_channels` numbers. `d_packet` is the distance from one packet of `d` to the next.
template <class T, Precision R, int Packets>
NORMA_NOINLINE inline void winograd_outer_product(const T* v, const T* d, long long d_packet, int tiles, T* du) {
    using P = simd::Widest<T>;
    constexpr int inputs = winograd_inputs<T>;
    P sums[std::size_t(inputs)][std::size_t(Packets)];
    NORMA_UNROLL
    for (int i = 0; i < inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) sums[i][n] = simd::set<P>(T(0));
    }
    for (int t = 0; t < tiles; ++t) {
        add_outer_product<R>(v, 1, d, d_packet, sums);
        v += P::lanes;
        d += P::lanes;
    }
    NORMA_UNROLL
    for (int i = 0; i < inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) simd::store(du + i * winograd_channels + n * P::lanes, sums[i][n]);
    }
}

/// Tiles that are transformed at a time: as many as the L2 cache holds, but enough to make up for reading and writing
/// the weights' gradient.
constexpr int winograd_gradient_most(const Convolution& c) {
    constexpr int numbers = 1 << 18;
    constexpr int least = 112;
    return std::max(least, numbers / (winograd_elements * (c.input.channels + c.output.channels)));
}
/// The same for a number of tiles, in groups of about equal size.
constexpr int winograd_gradient_group(const Convolution& c, int tiles) {
    const int groups = (tiles + winograd_gradient_most(c) - 1) / winograd_gradient_most(c);
    return (tiles + groups - 1) / groups;
}

/// The two channel ranges of a block of weights.
struct WeightBlock {
    int input;    ///< first input channel
    int inputs;   ///< how many, at most `winograd_channels`
    int output;   ///< first output channel
    int outputs;  ///< how many, at most `winograd_channels`
};

/// g = Gᵀ u G of one packet, whose elements are `element` numbers apart.
template <class P>
NORMA_INLINE inline void taps_of_elements(const typename P::Scalar* u, long long element, P (&g)[3][3]) {
    const P half = simd::set<P>(typename P::Scalar(0.5));
    const auto transform = [&](const P& a, const P& b, const P& c, const P& d, P(&to)[3]) NORMA_ALWAYS_INLINE {
        const P ends = simd::multiply(half, simd::add(b, c));
        to[0] = simd::add(a, ends);
        to[1] = simd::multiply(half, simd::subtract(b, c));
        to[2] = simd::add(ends, d);
    };
    P columns[4][3];
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) {
        transform(simd::load<P>(u + k * element), simd::load<P>(u + (4 + k) * element),
                  simd::load<P>(u + (8 + k) * element), simd::load<P>(u + (12 + k) * element), columns[k]);
    }
    NORMA_UNROLL
    for (int y = 0; y < 3; ++y) transform(columns[0][y], columns[1][y], columns[2][y], columns[3][y], g[y]);
}

/// Adds to (`+=`) the weights' gradient, for one block of weights and `count` tiles or pairs of them, by way of `du`.
/// Calls `begin_element(e)` before each of the 16 elements.
template <class T, Precision R, class Begin>
NORMA_NOINLINE inline void winograd_weight_block(const Elements<T>& v, const Elements<T>& d, int count, T* du,
                                                 WeightBlock block, T* dw, const Begin& begin_element) {
    using P = simd::Widest<T>;
    constexpr long long element = elements_size(winograd_channels, winograd_channels) / winograd_elements;
    for (int e = 0; e < winograd_elements; ++e) {
        begin_element(e);
        const long long v_element = e * v.element;
        for (int o = 0; o < block.outputs; o += 2 * P::lanes) {
            const T* const packets = d.at(0, block.output + o) + e * d.element;
            for (int i = 0; i < block.inputs; i += winograd_inputs<T>) {
                const int channel = block.input + i;
                const int in_packet = channel % P::lanes;
                const T* const from = v.at(0, channel - in_packet) + in_packet + v_element;
                T* const to = du + e * element + i * winograd_channels + o;
                if (o + 2 * P::lanes <= block.outputs) {
                    winograd_outer_product<T, R, 2>(from, packets, d.block(), count, to);
                } else {
                    winograd_outer_product<T, R, 1>(from, packets, d.block(), count, to);
                }
            }
        }
    }
    for (int i = 0; i < block.inputs; ++i) {
        for (int o = 0; o < block.outputs; o += P::lanes) {
            P g[3][3];
            taps_of_elements<P>(du + i * winograd_channels + o, element, g);
            NORMA_UNROLL
            for (int tap = 0; tap < 9; ++tap) {
                const long long row = static_cast<long long>(tap) * v.channels + block.input + i;
                T* const to = dw + row * d.channels + block.output + o;
                simd::store(to, simd::add(simd::load<P>(to), g[tap / 3][tap % 3]));
            }
        }
    }
}

/// Numbers that `winograd_weight_gradient` needs of its scratch memory for up to `images` images.
constexpr long long winograd_gradient_scratch(const Convolution& c, int images) {
    const int rows = std::min(images * WinogradSum::forward(c).tiles(), winograd_gradient_most(c));
    return elements_size(c.input.channels, rows) + elements_size(c.output.channels, rows) +
           elements_size(winograd_channels, winograd_channels) + std::max(c.input.channels, c.output.channels);
}

}  // namespace detail

/// `convolve_weight_gradient` by Winograd's algorithm: `images.source` is the distance from one x to the next,
/// `images.target` that of dy. Adds to (`+=`) `dw`, and uses `winograd_scratch` numbers of `scratch`.
template <class T, Convolution C, Precision R = Precision::scalar, class Ahead = NoPrefetch>
inline void winograd_weight_gradient(const Images& images, const T* x, const T* dy, ScalarOf<T>* dw,
                                     ScalarOf<T>* scratch, const Ahead& ahead = {}) {
    using N = ScalarOf<T>;
    constexpr int most = detail::winograd_channels;
    constexpr detail::Pairing pairing = R == Precision::bf16 ? detail::Pairing::tiles : detail::Pairing::none;
    constexpr detail::WinogradSum s = detail::WinogradSum::forward(C);
    const int tiles = images.count * s.tiles();
    const int group = detail::winograd_gradient_group(C, tiles);
    const detail::Elements<N> v(scratch, C.input.channels, group);
    const detail::Elements<N> d(v.end(), C.output.channels, group);
    N* const du = d.end();
    const T* const zeros =
        detail::zero_pixel<T>(du + detail::elements_size(most, most), std::max(C.input.channels, C.output.channels));
    for (int first = 0; first < tiles; first += group) {
        const int count = std::min(group, tiles - first);
        const int rows = R == Precision::bf16 ? (count + 1) / 2 : count;
        detail::winograd_input<T, pairing>(s, x, images.source, zeros, v, first, count);
        detail::winograd_output_gradient<T, pairing>(s, dy, images.target, zeros, d, first, count);
        for (int i = 0; i < C.input.channels; i += most) {
            for (int o = 0; o < C.output.channels; o += most) {
                const auto begin_element = [&](int e) {
                    if (i > 0 || o > 0) return;
                    ahead.fetch(first / group * detail::winograd_elements + e,
                                (tiles + group - 1) / group * detail::winograd_elements);
                };
                detail::winograd_weight_block<N, R>(
                    v, d, rows, du, {i, std::min(most, C.input.channels - i), o, std::min(most, C.output.channels - o)},
                    dw, begin_element);
            }
        }
    }
}

/// Numbers of scratch memory that the kernels of a convolution by Winograd's algorithm need for up to `images` images.
constexpr long long winograd_scratch(const Convolution& c, int images, bool gradients) {
    const long long sum = detail::winograd_sum_scratch(detail::WinogradSum::forward(c), images);
    if (!gradients) return sum;
    return std::max({sum, detail::winograd_sum_scratch(detail::WinogradSum::backward(c), images),
                     detail::winograd_gradient_scratch(c, images)});
}

}  // namespace norma::inline NORMA_TARGET::kernels
