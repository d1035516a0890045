#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convert.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/write.hpp"

/// Direct convolutions whose products are of bfloat16 numbers, and whose sums are floats: those of convolution.hpp with
/// pairs of neighbouring channels of the source in place of its channels. An instruction multiplies the two numbers of
/// a pair by those of two rows of weights and adds both products, so a pair is one broadcast of 32 bits.
namespace norma::inline NORMA_TARGET::kernels {

/// May a direct convolution multiply in pairs? Its channels must fill pairs, and packets of any machine, so that plans
/// do not depend on it.
constexpr bool multiplies_in_pairs(const Convolution& c) {
    constexpr int inputs = 8;
    constexpr int outputs = 16;
    return c.groups == 1 && c.output.size() > 0 && c.input.channels % inputs == 0 && c.output.channels % outputs == 0 &&
           c.input_step() % 2 == 0 && c.output_step() % 2 == 0;
}

namespace detail {

/// `g` with pairs of source channels in place of channels.
constexpr TapSum in_pairs(TapSum g) {
    g.source.channels /= 2;
    g.source_pitch /= 2;
    return g;
}

/// Computes the sum `G`, see `sum_over_taps`. `weights` is what `pair_weights` or `pair_transposed_weights` wrote.
template <TapSum G, Write W, Epilogue E, class Ahead>
inline void sum_over_paired_taps(const Images& images, const Bf16* source, const float* weights, const float* bias,
                                 const Bf16* skip, Bf16* target, const Ahead& ahead) {
    constexpr TapSum pairs = in_pairs(G);
    sum_over_taps<float, pairs, W, true, E>({images.count, images.source / 2, images.target, images.skip},
                                            reinterpret_cast<const simd::Bf16Pair*>(source), weights, bias, skip,
                                            target, ahead);
}

/// `pair_weights` of `Packets` packets of output channels, to the first of which `w` is moved, and `rows` pairs of rows
/// of `row` numbers. Returns the end of what it wrote.
template <class P, int Packets>
NORMA_NOINLINE inline float* pair_run(const float* w, float* pairs, int rows, int row) {
    for (int i = 0; i < rows; ++i) {
        for (int n = 0; n < Packets; ++n) {
            const float* const from = w + 2ll * i * row + n * P::lanes;
            simd::store(pairs, simd::pairs_of(simd::load<P>(from), simd::load<P>(from + row)));
            pairs += P::lanes;
        }
    }
    return pairs;
}

/// `pair_transposed_weights` of `Run` input channels, to the first of which `w` is moved. Returns the end of what it
/// wrote.
template <int Run>
NORMA_NOINLINE inline float* pair_transposed_run(const float* w, float* pairs, int taps, int inputs, int outputs) {
    constexpr int most = 64;  // output channels at a time
    float block[std::size_t(Run)][std::size_t(most) / 2];
    for (int tap = 0; tap < taps; ++tap) {
        for (int o = 0; o < outputs; o += most) {
            const int count = std::min(most, outputs - o);
            for (int i = 0; i < Run; ++i) {
                convert(w + (1ll * tap * inputs + i) * outputs + o, count, reinterpret_cast<Bf16*>(block[i]));
            }
            for (int k = 0; k < count / 2; ++k) {
                for (int i = 0; i < Run; ++i) *pairs++ = block[i][k];
            }
        }
    }
    return pairs;
}

}  // namespace detail

/// Numbers that the weights in pairs take.
constexpr long long paired_weight_count(const Convolution& c) { return c.weight_count() / 2; }

/// Puts the weights in the order in which `convolve_pairs` reads them: run of output channels (the width of the tiles)
/// × ky × kx × pair of input channels × run. Writes (`=`) `pairs`.
template <Convolution C>
inline void pair_weights(const float* w, float* pairs) {
    detail::for_each_channel_run<float, detail::in_pairs(detail::forward_sum(C))>(
        [&]<class P, int Packets>(int channel) {
            pairs = detail::pair_run<P, Packets>(w + channel, pairs, C.kernel.pixels() * C.input.channels / 2,
                                                 C.output.channels);
        });
}

/// The same for `convolve_pairs_input_gradient`: run of input channels × ky × kx × pair of output channels × run.
template <Convolution C>
inline void pair_transposed_weights(const float* w, float* pairs) {
    detail::for_each_channel_run<float, detail::in_pairs(detail::backward_sum(C))>(
        [&]<class P, int Packets>(int channel) {
            pairs = detail::pair_transposed_run<Packets * P::lanes>(
                w + 1ll * channel * C.output.channels, pairs, C.kernel.pixels(), C.input.channels, C.output.channels);
        });
}

/// `convolve` with products in pairs. `pairs` is what `pair_weights` wrote. Pixels and images of `x` are an even
/// distance apart. Writes (`=`) `y`.
template <Convolution C, Epilogue E = Epilogue{}, class Ahead = NoPrefetch>
inline void convolve_pairs(const Images& images, const Bf16* x, const float* pairs, const float* bias, Bf16* y,
                           const Bf16* skip, const Ahead& ahead = {}) {
    detail::sum_over_paired_taps<detail::forward_sum(C), Write::assign, E>(images, x, pairs, bias, skip, y, ahead);
}

/// `convolve_input_gradient` likewise. `pairs` is what `pair_transposed_weights` wrote. Writes (`=`) or adds to (`+=`)
/// `dx` as `W` says.
template <Convolution C, Write W = Write::assign, class Ahead = NoPrefetch>
inline void convolve_pairs_input_gradient(const Images& images, const Bf16* dy, const float* pairs, Bf16* dx,
                                          const Ahead& ahead = {}) {
    detail::sum_over_paired_taps<detail::backward_sum(C), W, Epilogue{}>(images, dy, pairs, nullptr, nullptr, dx,
                                                                         ahead);
}

}  // namespace norma::inline NORMA_TARGET::kernels
