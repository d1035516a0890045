#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/paired_convolution.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/winograd_gradient.hpp"

/// The gradient of a convolution's weights with products of bfloat16 numbers, whose sums are floats. For each tap it is
/// a product of matrices, input channels × output pixels by output pixels × output channels. An instruction adds the
/// products of two numbers, here those of two output pixels. All sizes are known at run time, so that the code is
/// compiled once and not for every convolution.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// Pairs of output pixels that are handled at a time: their dy and one tap's x should stay in the L2 cache.
constexpr int gradient_pairs(const Convolution& c) {
    constexpr int numbers = 1 << 17;
    constexpr int least = 64;
    return std::max(least, numbers / (c.input.channels + 16 + c.output.channels));
}
/// The same for a number of pixels, in groups of about equal size.
constexpr int gradient_pairs_of(const Convolution& c, int pixels) {
    const int pairs = (pixels + 1) / 2;
    const int groups = (pairs + gradient_pairs(c) - 1) / gradient_pairs(c);
    return (pairs + groups - 1) / groups;
}

/// Channels in whole packets.
constexpr int whole_packets(int channels) {
    constexpr int lanes = simd::Widest<float>::lanes;
    return (channels + lanes - 1) / lanes * lanes;
}

/// Goes from one output pixel to the next, through all images.
struct PixelWalk {
    int image;
    int row;
    int column;

    constexpr void advance(const Extent& output) {
        if (++column < output.width) return;
        column = 0;
        if (++row < output.height) return;
        row = 0;
        ++image;
    }
};

/// Writes (`=`) pairs of pixels: packet of channels × pair × lanes. `next()` is where the next pixel is, or null for
/// one of zeros; there are `pixels` of them, and `rows` pairs from one packet of channels to the next.
template <class Next>
NORMA_INLINE inline void pair_pixels(int pixels, int channels, int rows, float* to, const Next& next) {
    using P = simd::Widest<float>;
    for (int k = 0; k < pixels; k += 2) {
        const Bf16* const first = next();
        const Bf16* const second = k + 1 < pixels ? next() : nullptr;
        const auto pair = [&]<class Q>(int c) NORMA_ALWAYS_INLINE {
            const Q zero = simd::set<Q>(0);
            return simd::interleaved(first != nullptr ? simd::load<Q>(first + c) : zero,
                                     second != nullptr ? simd::load<Q>(second + c) : zero);
        };
        float* out = to + k / 2 * P::lanes;
        int c = 0;
        for (; c + P::lanes <= channels; c += P::lanes) {
            simd::store(out, pair.template operator()<P>(c));
            out += static_cast<long long>(rows) * P::lanes;
        }
        simd::for_each_narrowing_packet<float>(channels - c, [&]<class Q>(std::size_t lane) NORMA_ALWAYS_INLINE {
            simd::store(out + lane, pair.template operator()<Q>(c + static_cast<int>(lane)));
        });
    }
}

/// dw(i, n) += Σ over pairs of v(i) · d(n), for all input channels × output channels of one tap.
inline void add_paired_products(const float* v, const float* d, int rows, int pairs, int inputs, int outputs,
                                float* dw) {
    using P = simd::Widest<float>;
    constexpr int step = winograd_inputs<float>;
    float du[std::size_t(step)][std::size_t(winograd_channels)];
    const long long packet = static_cast<long long>(rows) * P::lanes;
    for (int o = 0; o < outputs; o += 2 * P::lanes) {
        const bool is_pair = o + 2 * P::lanes <= outputs;
        for (int i = 0; i < inputs; i += step) {
            const float* const from = v + i / P::lanes * packet + i % P::lanes;
            const float* const packets = d + o / P::lanes * packet;
            if (is_pair) {
                winograd_outer_product<float, Precision::bf16, 2>(from, packets, packet, pairs, du[0]);
            } else {
                winograd_outer_product<float, Precision::bf16, 1>(from, packets, packet, pairs, du[0]);
            }
            for (int k = 0; k < step; ++k) {
                float* const to = dw + static_cast<long long>(i + k) * outputs + o;
                for (int n = 0; n < (is_pair ? 2 : 1); ++n) {
                    simd::store(to + n * P::lanes,
                                simd::add(simd::load<P>(to + n * P::lanes), simd::load<P>(du[k] + n * P::lanes)));
                }
            }
        }
    }
}

/// `convolve_pairs_weight_gradient` for any convolution with one group.
template <class Ahead>
NORMA_NOINLINE inline void add_paired_weight_gradient(const Convolution& c, const Images& images, const Bf16* x,
                                                      const Bf16* dy, float* dw, float* scratch, const Ahead& ahead) {
    const TapSum g = forward_sum(c);
    const int pixels = images.count * c.output.pixels();
    const int rows = gradient_pairs_of(c, pixels);
    const int groups = ((pixels + 1) / 2 + rows - 1) / rows;
    float* const d = scratch;
    float* const v = d + static_cast<long long>(rows) * whole_packets(c.output.channels);
    PixelWalk begin{0, 0, 0};
    for (int group = 0; group < groups; ++group) {
        const int count = std::min(2 * rows, pixels - 2 * rows * group);
        PixelWalk at = begin;
        pair_pixels(count, c.output.channels, rows, d, [&]() NORMA_ALWAYS_INLINE {
            const long long pixel = static_cast<long long>(at.row) * c.output.width + at.column;
            const Bf16* const found = dy + at.image * images.target + pixel * c.output_step();
            at.advance(c.output);
            return found;
        });
        for (int tap = 0; tap < c.kernel.pixels(); ++tap) {
            ahead.fetch(group * c.kernel.pixels() + tap, groups * c.kernel.pixels());
            const int ky = tap / c.kernel.width;
            const int kx = tap % c.kernel.width;
            at = begin;
            pair_pixels(count, c.input.channels, rows, v, [&]() NORMA_ALWAYS_INLINE {
                const int row = g.y.read(at.row, ky);
                const int column = g.x.read(at.column, kx);
                const long long pixel = static_cast<long long>(row) * c.input.width + column;
                const Bf16* const found = row == Axis::none || column == Axis::none
                                              ? nullptr
                                              : x + at.image * images.source + pixel * c.input_step();
                at.advance(c.output);
                return found;
            });
            add_paired_products(v, d, rows, (count + 1) / 2, c.input.channels, c.output.channels,
                                dw + static_cast<long long>(tap) * c.input.channels * c.output.channels);
        }
        begin = at;
    }
}

}  // namespace detail

/// `convolve_weight_gradient` with products in pairs: `images.source` is the distance from one x to the next,
/// `images.target` that of dy. Adds to (`+=`) `dw`, and uses `paired_scratch` numbers of `scratch`.
template <Convolution C, class Ahead = NoPrefetch>
inline void convolve_pairs_weight_gradient(const Images& images, const Bf16* x, const Bf16* dy, float* dw,
                                           float* scratch, const Ahead& ahead = {}) {
    detail::add_paired_weight_gradient(C, images, x, dy, dw, scratch, ahead);
}

/// Numbers of scratch memory that the gradient of the weights in pairs needs for up to `images` images.
constexpr long long paired_scratch(const Convolution& c, int images) {
    constexpr int packet = 16;  // of any machine
    const int most = std::min((images * c.output.pixels() + 1) / 2, detail::gradient_pairs(c));
    return 1ll * most * (c.input.channels + packet + c.output.channels);
}

}  // namespace norma::inline NORMA_TARGET::kernels
