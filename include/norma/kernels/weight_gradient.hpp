#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/bias_gradient.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/interval.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"

/// Gradients of a convolution with respect to its weights and bias: sums over all pixels, in the layouts of
/// convolution.hpp. The gradients of a block of weights stay in registers over a strip of the image (a few rows).
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// For a block of weights, `Inputs` neighbouring numbers of x × `Packets` packets of output channels: adds to (`+=`)
/// `dw` the sum of x · dy over `rows` × `columns` output pixels of each image. `dy` points at the first of these
/// pixels, `x` at what the block's first tap reads for it.
template <class T, Convolution C, class P, int Packets, int Inputs>
NORMA_NOINLINE inline void weight_block(const Images& images, const T* x, const T* dy, T* dw, int rows, int columns) {
    P sums[std::size_t(Inputs)][std::size_t(Packets)];
    NORMA_UNROLL
    for (int i = 0; i < Inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) sums[i][n] = simd::load<P>(dw + i * C.output.channels + n * P::lanes);
    }
    for (int image = 0; image < images.count; ++image) {
        for (int row = 0; row < rows; ++row) {
            const T* in = x + image * images.source + row * C.stride.height * C.input.width * C.input_step();
            const T* gradient = dy + image * images.target + row * C.output.width * C.output_step();
            for (int column = 0; column < columns; ++column) {
                P packets[std::size_t(Packets)];
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) packets[n] = simd::load<P>(gradient + n * P::lanes);
                NORMA_UNROLL
                for (int i = 0; i < Inputs; ++i) {
                    const P value = simd::set<P>(in[i]);
                    NORMA_UNROLL
                    for (int n = 0; n < Packets; ++n) {
                        sums[i][n] = simd::multiply_add(value, packets[n], sums[i][n]);
                    }
                }
                in += C.stride.width * C.input_step();
                gradient += C.output_step();
            }
        }
    }
    NORMA_UNROLL
    for (int i = 0; i < Inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) simd::store(dw + i * C.output.channels + n * P::lanes, sums[i][n]);
    }
}

/// Taps that read input column `column`. The horizontal stride and dilation are 1.
constexpr Interval taps_of_column(const Convolution& c, int column) {
    return {std::max(0, column + c.padding.width + 1 - c.output.width),
            std::min(c.kernel.width, column + c.padding.width + 1)};
}

/// The most input channels that `weight_taps` can take at once: for each it needs kernel width × packets accumulators,
/// which must fit the registers beside one tap row's packets of dy and one input. 0 where `weight_taps` does not pay:
/// the horizontal stride or dilation is not 1, a kernel row has one tap, or the channels, cut into about equal pieces,
/// give a piece fewer than `chains` sums (unless one piece is all).
constexpr int inputs_of_all_taps(const Convolution& c, int packets) {
    const int sums = c.kernel.width * packets;  // of one input channel
    const int most = (simd::registers - 1 - sums) / sums;
    if (c.stride.width != 1 || c.dilation.width != 1 || c.kernel.width == 1 || most < 1) return 0;
    const int pieces = (c.group_inputs() + most - 1) / most;
    const int least = c.group_inputs() / pieces;
    return least * sums >= std::min(chains, c.group_inputs() * sums) ? most : 0;
}

/// For all taps of a kernel row, `Inputs` input channels × `Packets` packets of output channels: adds to (`+=`) `dw`
/// the sum of x · dy over `rows` output rows of each image. The horizontal stride and dilation are 1. Each number of x
/// is loaded once for all taps; `holds_inputs` says why. `x` points at the first of the channels in the first row that
/// the taps read, `dy` at the first packet of that row's gradient.
template <class T, Convolution C, class P, int Packets, int Inputs>
NORMA_NOINLINE inline void weight_taps(const Images& images, const T* x, const T* dy, T* dw, int rows) {
    constexpr int taps = C.kernel.width;
    P sums[std::size_t(taps)][std::size_t(Inputs)][std::size_t(Packets)];
    const auto for_each_sum = [&](const auto& f) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int k = 0; k < taps; ++k) {
            NORMA_UNROLL
            for (int i = 0; i < Inputs; ++i) {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    f(sums[k][i][n], dw + (k * C.group_inputs() + i) * C.output.channels + n * P::lanes);
                }
            }
        }
    };
    for_each_sum([](P& sum, const T* at) NORMA_ALWAYS_INLINE { sum = simd::load<P>(at); });
    for (int image = 0; image < images.count; ++image) {
        for (int row = 0; row < rows; ++row) {
            const T* const in = x + image * images.source + row * C.stride.height * C.input.width * C.input_step();
            const T* const gradient = dy + image * images.target + row * C.output.width * C.output_step();
            const auto add_column = [&]<int Begin, int End>(
                                        int column, std::integer_sequence<int, Begin, End>) NORMA_ALWAYS_INLINE {
                P packets[std::size_t(taps)][std::size_t(Packets)];
                NORMA_UNROLL
                for (int k = Begin; k < End; ++k) {
                    NORMA_UNROLL
                    for (int n = 0; n < Packets; ++n) {
                        const int pixel = column + C.padding.width - k;
                        packets[k][n] = simd::load<P>(gradient + pixel * C.output_step() + n * P::lanes);
                    }
                }
                NORMA_UNROLL
                for (int i = 0; i < Inputs; ++i) {
                    const P value = simd::set<P>(in[column * C.input_step() + i]);
                    NORMA_UNROLL
                    for (int k = Begin; k < End; ++k) {
                        NORMA_UNROLL
                        for (int n = 0; n < Packets; ++n) {
                            sums[k][i][n] = simd::multiply_add(value, packets[k][n], sums[k][i][n]);
                        }
                    }
                }
            };
            const auto add_at_border = [&](auto column) NORMA_ALWAYS_INLINE {
                constexpr Interval present = taps_of_column(C, column);
                add_column(column, std::integer_sequence<int, present.begin, present.end>{});
            };
            constexpr int left = std::clamp(taps - 1 - C.padding.width, 0, C.input.width);
            constexpr int right = std::clamp(C.output.width - C.padding.width, left, C.input.width);
            simd::unroll<left>(add_at_border);
            for (int column = left; column < right; ++column) add_column(column, std::integer_sequence<int, 0, taps>{});
            simd::unroll<C.input.width - right>(
                [&](auto i) NORMA_ALWAYS_INLINE { add_at_border(std::integral_constant<int, right + i>{}); });
        }
    }
    for_each_sum([](const P& sum, T* at) NORMA_ALWAYS_INLINE { simd::store(at, sum); });
}

/// Taps of a kernel row that `weight_block` takes at once: all, if their inputs are one run in memory and none is in
/// the padding; else one.
constexpr int neighbouring_taps(const Convolution& c) {
    const bool is_run = c.padding.width == 0 && c.dilation.width == 1 && c.input_step() == c.group_inputs();
    return is_run ? c.kernel.width : 1;
}

/// Output rows in a strip. Every block of weights reads the strip's x and dy again, so both should stay in the L1
/// cache, of which they may take 24 KiB.
template <class T>
constexpr int weight_strip(const Convolution& c) {
    const long long row_of_output = 1ll * c.output.width * c.group_outputs();
    const long long rows_of_input = 1ll * c.stride.height * c.input.width * c.group_inputs();
    const int most = static_cast<int>((24 << 10) / static_cast<int>(sizeof(T)) / (row_of_output + rows_of_input));
    const int strips = (c.output.height + std::max(1, most) - 1) / std::max(1, most);
    return (c.output.height + strips - 1) / strips;
}

}  // namespace detail

/// dw += Σ over pixels of x ⊗ dy, the gradient of `convolve` with respect to its weights, in their layout, for one
/// image or several: `images.source` is the distance from one x to the next, `images.target` that of dy. Adds to (`+=`)
/// `dw`.
template <class T, Convolution C, class Ahead = NoPrefetch>
inline void convolve_weight_gradient(const T* x, const T* dy, T* dw, const Ahead& ahead = {},
                                     const Images& images = {}) {
    constexpr detail::TapSum g = detail::forward_sum(C);
    constexpr int packets = 2;  // as the forward pass of a wide image
    constexpr int strip = detail::weight_strip<T>(C);
    constexpr int strips = (C.output.height + strip - 1) / strip;
    // Adds the gradients of one kernel row over some rows of the output.
    const auto add_rows = [&]<class P, int Packets>(const T* in, const T* gradient, T* out,
                                                    int rows) NORMA_ALWAYS_INLINE {
        constexpr int inputs = detail::inputs_of_all_taps(C, Packets);
        if constexpr (inputs > 0) {
            constexpr int pieces = (C.group_inputs() + inputs - 1) / inputs;
            simd::for_each_piece<C.group_inputs(), pieces>([&](int first, auto count) NORMA_ALWAYS_INLINE {
                detail::weight_taps<T, C, P, Packets, count>(images, in + first, gradient,
                                                             out + first * C.output.channels, rows);
            });
        } else {
            // Each number of x is loaded where it is multiplied, so that all of them need one register.
            constexpr int taps = detail::neighbouring_taps(C);
            constexpr int most = std::max(1, (simd::registers - 1) / Packets - 1);
            constexpr int numbers = taps * C.group_inputs();
            for (int kx = 0; kx < C.kernel.width; kx += taps) {
                const detail::Interval columns = detail::positions_of_tap(g.x, kx);
                if (columns.begin == columns.end) continue;
                simd::for_each_piece<numbers, (numbers + most - 1) / most>([&](int first,
                                                                               auto count) NORMA_ALWAYS_INLINE {
                    detail::weight_block<T, C, P, Packets, count>(
                        images, in + g.x.read(columns.begin, kx) * C.input_step() + first,
                        gradient + columns.begin * C.output_step(),
                        out + (kx * C.group_inputs() + first) * C.output.channels, rows, columns.end - columns.begin);
                });
            }
        }
    };
    for (int part = 0; part < C.groups * strips; ++part) {
        const int top = part % strips * strip;
        const T* const image = x + part / strips * C.group_inputs();
        const int begin = part / strips * C.group_outputs();
        simd::for_each_run<T, C.group_outputs(), packets>([&]<class P, int Packets>(int run) NORMA_ALWAYS_INLINE {
            const int channel = begin + run;
            for (int ky = 0; ky < C.kernel.height; ++ky) {
                detail::Interval rows = detail::positions_of_tap(g.y, ky);
                rows.begin = std::max(rows.begin, top);
                rows.end = std::min(rows.end, top + strip);
                // A kernel that prefetches takes a few rows at a time, and fetches a part with them.
                const int most_rows = ahead.fetches() ? std::min(2, strip) : strip;
                const int pieces = (strip + most_rows - 1) / most_rows;
                T* const out = dw + ky * C.kernel.width * C.group_inputs() * C.output.channels + channel;
                for (int row = rows.begin, piece = 0; row < rows.end; row += most_rows, ++piece) {
                    if (run == 0) {
                        ahead.fetch((part * C.kernel.height + ky) * pieces + piece,
                                    C.groups * strips * C.kernel.height * pieces);
                    }
                    add_rows.template operator()<P, Packets>(image + g.y.read(row, ky) * C.input.width * C.input_step(),
                                                             dy + row * C.output.width * C.output_step() + channel, out,
                                                             std::min(most_rows, rows.end - row));
                }
            }
        });
    }
}

/// dbias += Σ over pixels of dy. Adds to (`+=`) `dbias`.
template <class T, Convolution C>
inline void convolve_bias_gradient(const T* dy, ScalarOf<T>* dbias) {
    bias_gradient<T, C.output, C.output_step()>(dy, dbias);
}

}  // namespace norma::inline NORMA_TARGET::kernels
