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
    return c.groups == 1 && c.output.size() > 0 && c.input.channels % inputs == 0 && c.output.channels % outputs == 0;
}

/// Images whose sources are rounded at a time: enough pixels to make up for reading the weights.
constexpr int paired_images(const Convolution& c) {
    constexpr int pixels = 256;
    return std::max(1, pixels / std::max(1, c.output.pixels()));
}

namespace detail {

/// `g` with pairs of source channels in place of channels, side by side.
constexpr TapSum in_pairs(TapSum g) {
    g.source.channels /= 2;
    g.source_pitch = g.source.channels;
    return g;
}

/// Rounds `pixels` pixels of `channels` numbers, `pitch` numbers apart. Writes (`=`) them to `to`, without gaps.
template <class T>
NORMA_NOINLINE inline void round_pixels(const T* from, int pixels, int channels, int pitch, Bf16* to) {
    for (int pixel = 0; pixel < pixels; ++pixel) {
        simd::for_each_narrowing_packet<T>(channels, [&]<class P>(std::size_t c) NORMA_ALWAYS_INLINE {
            simd::store(to + c, simd::load<P>(from + c));
        });
        from += pitch;
        to += channels;
    }
}

/// Computes the sum `G`, see `sum_over_taps`, a few images at a time. `weights` is what `pair_weights` or
/// `pair_transposed_weights` wrote.
template <class T, TapSum G, Write W, Epilogue E, class Ahead>
inline void sum_over_paired_taps(const Images& images, int at_a_time, const T* source, const T* weights, const T* bias,
                                 const T* skip, T* target, T* scratch, const Ahead& ahead) {
    constexpr TapSum pairs = in_pairs(G);
    constexpr int size = G.source.size();
    Bf16* const rounded = reinterpret_cast<Bf16*>(scratch);
    for (int first = 0; first < images.count; first += at_a_time) {
        const int count = std::min(at_a_time, images.count - first);
        for (int i = 0; i < count; ++i) {
            round_pixels(source + (first + i) * images.source, G.source.pixels(), G.source.channels, G.source_pitch,
                         rounded + i * size);
        }
        sum_over_taps<T, pairs, W, true, E>(
            {count, size / 2, images.target, images.skip}, reinterpret_cast<const simd::Bf16Pair*>(rounded), weights,
            bias, E.adds_skip ? skip + first * images.skip : nullptr, target + first * images.target, ahead);
    }
}

/// `pair_weights` of `Packets` packets of output channels, to the first of which `w` is moved, and `rows` pairs of rows
/// of `row` numbers. Returns the end of what it wrote.
template <class P, int Packets>
NORMA_NOINLINE inline typename P::Scalar* pair_run(const typename P::Scalar* w, typename P::Scalar* pairs, int rows,
                                                   int row) {
    for (int i = 0; i < rows; ++i) {
        for (int n = 0; n < Packets; ++n) {
            const typename P::Scalar* const from = w + 2ll * i * row + n * P::lanes;
            simd::store(pairs, simd::pairs_of(simd::load<P>(from), simd::load<P>(from + row)));
            pairs += P::lanes;
        }
    }
    return pairs;
}

/// `pair_transposed_weights` of `Run` input channels, to the first of which `w` is moved. Returns the end of what it
/// wrote.
template <class T, int Run>
NORMA_NOINLINE inline T* pair_transposed_run(const T* w, T* pairs, int taps, int inputs, int outputs) {
    using P = simd::Widest<T>;
    constexpr int most = 4 * P::lanes;  // output channels at a time
    T block[std::size_t(Run)][std::size_t(most) / 2];
    for (int tap = 0; tap < taps; ++tap) {
        for (int o = 0; o < outputs; o += most) {
            const int count = std::min(most, outputs - o);
            for (int i = 0; i < Run; ++i) {
                round_pixels(w + (1ll * tap * inputs + i) * outputs + o, 1, count, 0,
                             reinterpret_cast<Bf16*>(block[i]));
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
template <class T, Convolution C>
inline void pair_weights(const T* w, T* pairs) {
    detail::for_each_channel_run<T, detail::in_pairs(detail::forward_sum(C))>([&]<class P, int Packets>(int channel) {
        pairs = detail::pair_run<P, Packets>(w + channel, pairs, C.kernel.pixels() * C.input.channels / 2,
                                             C.output.channels);
    });
}

/// The same for `convolve_pairs_input_gradient`: run of input channels × ky × kx × pair of output channels × run.
template <class T, Convolution C>
inline void pair_transposed_weights(const T* w, T* pairs) {
    detail::for_each_channel_run<T, detail::in_pairs(detail::backward_sum(C))>([&]<class P, int Packets>(int channel) {
        pairs = detail::pair_transposed_run<T, Packets * P::lanes>(
            w + 1ll * channel * C.output.channels, pairs, C.kernel.pixels(), C.input.channels, C.output.channels);
    });
}

/// `convolve` with products in pairs. `pairs` is what `pair_weights` wrote. Writes (`=`) `y`, and uses `paired_scratch`
/// numbers of `scratch`.
template <class T, Convolution C, Epilogue E = Epilogue{}, class Ahead = NoPrefetch>
inline void convolve_pairs(const Images& images, const T* x, const T* pairs, const T* bias, T* y, const T* skip,
                           T* scratch, const Ahead& ahead = {}) {
    detail::sum_over_paired_taps<T, detail::forward_sum(C), Write::assign, E>(images, paired_images(C), x, pairs, bias,
                                                                              skip, y, scratch, ahead);
}

/// `convolve_input_gradient` likewise. `pairs` is what `pair_transposed_weights` wrote. Writes (`=`) or adds to (`+=`)
/// `dx` as `W` says.
template <class T, Convolution C, Write W = Write::assign, class Ahead = NoPrefetch>
inline void convolve_pairs_input_gradient(const Images& images, const T* dy, const T* pairs, T* dx, T* scratch,
                                          const Ahead& ahead = {}) {
    detail::sum_over_paired_taps<T, detail::backward_sum(C), W, Epilogue{}>(images, paired_images(C), dy, pairs,
                                                                            nullptr, nullptr, dx, scratch, ahead);
}

}  // namespace norma::inline NORMA_TARGET::kernels
