#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/bias_gradient.hpp"
#include "norma/kernels/depthwise.hpp"
#include "norma/kernels/interval.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_interleave.hpp"
#include "norma/kernels/row_tiles.hpp"
#include "norma/kernels/tiling.hpp"

/// Gradients of a depthwise convolution with respect to its weights and bias: sums over all pixels, in the layouts of
/// depthwise.hpp. The gradients of one or a few kernel rows stay in registers over a strip of the image (some rows).
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// Kernel rows of `taps` taps whose gradients are computed at once, `many` packets a tap: each dy is then loaded once
/// for all of them. Packets of several output channels are taken apart first, which pays for more registers.
constexpr int depthwise_weight_rows(int taps, int many) {
    return std::max(1, (many == 1 ? chains : simd::registers * 3 / 4) / (taps * many));
}
/// Accumulators for each weight of `sums`; they are added at the end. More than one where the weights alone are too few
/// `chains`, if they fit half of the registers.
constexpr int depthwise_weight_parts(int sums) {
    return std::clamp((chains - 2 + sums - 1) / sums, 1, std::max(1, simd::registers / 2 / sums));
}
/// Most pixels of a tile: their dy, `many` packets each, must fit the registers beside `sums` accumulators and one
/// packet of x.
constexpr int depthwise_weight_pixels(int sums, int many) {
    return std::clamp((simd::registers - 1 - sums) / many, (3 + many) / many, 16);
}

/// For the `Rows` kernel rows from `ky` on × one packet `P` of input channels: adds to (`+=`) `dw` the sum of x · dy
/// over the output rows `rows`. All pointers are at the packet's first channel, at the first pixel or weight.
template <class T, Depthwise C, class P, int Rows>
NORMA_NOINLINE inline void depthwise_weight_block(const T* x, const T* dy, T* dw, int ky, Interval rows) {
    constexpr TapSum g = forward_sum(C);
    constexpr int many = depthwise_many(C);
    constexpr int sums_of_part = Rows * C.kernel.width * many;
    constexpr int parts = depthwise_weight_parts(sums_of_part);
    constexpr RowTiles tiles = row_tiles(g.x, depthwise_weight_pixels(parts * sums_of_part, many));
    P sums[std::size_t(parts)][std::size_t(Rows)][std::size_t(C.kernel.width)][std::size_t(many)];
    const auto for_each_weight = [&](const auto& f) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int r = 0; r < Rows; ++r) {
            NORMA_UNROLL
            for (int k = 0; k < C.kernel.width; ++k) {
                f(r, k, dw + ((ky + r) * C.kernel.width + k) * C.output.channels);
            }
        }
    };
    for_each_weight([&](int r, int k, const T* at) NORMA_ALWAYS_INLINE {
        simd::load_interleaved(at, sums[0][r][k]);
        NORMA_UNROLL
        for (int s = 1; s < parts; ++s) {
            NORMA_UNROLL
            for (int j = 0; j < many; ++j) sums[s][r][k][j] = simd::set<P>(T(0));
        }
    });
    for (int y = rows.begin; y < rows.end; ++y) {
        for_each_tile<tiles>([&]<int Begin, int Pixels>(int first) NORMA_ALWAYS_INLINE {
            using Columns = ColumnTaps<g.x, Begin, Pixels>;
            P gradient[std::size_t(Pixels)][std::size_t(many)];
            const T* const from = dy + (y * C.output.width + first) * C.output.channels;
            NORMA_UNROLL
            for (int p = 0; p < Pixels; ++p) simd::load_interleaved(from + p * C.output.channels, gradient[p]);
            NORMA_UNROLL
            for (int r = 0; r < Rows; ++r) {
                const int input_y = g.y.read(y, ky + r);
                if (input_y == Axis::none) continue;
                const T* const row = x + (input_y * C.input.width + Columns::origin(first)) * C.input.channels;
                NORMA_UNROLL
                for (int i = 0; i < Columns::count; ++i) {
                    const P value = simd::load<P>(row + Columns::columns[std::size_t(i)].at * C.input.channels);
                    NORMA_UNROLL
                    for (int p = 0; p < Pixels; ++p) {
                        const int k = Columns::columns[std::size_t(i)].taps[std::size_t(p)];
                        if (k == Axis::none) continue;
                        NORMA_UNROLL
                        for (int j = 0; j < many; ++j) {
                            P& sum = sums[p % parts][r][k][j];
                            sum = simd::multiply_add(value, gradient[p][j], sum);
                        }
                    }
                }
            }
        });
    }
    for_each_weight([&](int r, int k, T* at) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int s = 1; s < parts; ++s) {
            NORMA_UNROLL
            for (int j = 0; j < many; ++j) sums[0][r][k][j] = simd::add(sums[0][r][k][j], sums[s][r][k][j]);
        }
        P done[std::size_t(many)];
        simd::interleave(sums[0][r][k], done);
        NORMA_UNROLL
        for (int j = 0; j < many; ++j) simd::store(at + j * P::lanes, done[j]);
    });
}

/// Output rows in a strip: all channels are summed over one strip before the next. If the kernel rows are taken in
/// several pieces, each piece reads a packet's channels of the strip again, so these should stay in the L1 cache, of
/// which they may take 24 KiB. If all kernel rows are one piece, only a strided convolution has strips: it does little
/// with each number that it reads, and strips of one row read the memory in order (up to 1.4 times as fast).
template <class T>
constexpr int depthwise_weight_strip(const Depthwise& c, int pieces) {
    if (pieces == 1) return c.stride == Size{1, 1} ? c.output.height : 1;
    const long long row = 1ll * static_cast<int>(sizeof(simd::Widest<T>)) *
                          (1ll * depthwise_many(c) * c.output.width + 1ll * c.stride.height * c.input.width);
    const long long strips = (c.output.height * row + (24 << 10) - 1) / (24 << 10);
    return static_cast<int>((c.output.height + strips - 1) / strips);
}

}  // namespace detail

/// dw += Σ over pixels of x · dy, the gradient of `depthwise_convolve` with respect to its weights, ky × kx × output
/// channels. Adds to (`+=`) `dw`.
template <class T, Depthwise C>
inline void depthwise_convolve_weight_gradient(const T* x, const T* dy, T* dw) {
    constexpr int most = detail::depthwise_weight_rows(C.kernel.width, detail::depthwise_many(C));
    constexpr int pieces = (C.kernel.height + most - 1) / most;
    constexpr int strip = detail::depthwise_weight_strip<T>(C, pieces);
    for (int top = 0; top < C.output.height; top += strip) {
        const detail::Interval rows{top, std::min(C.output.height, top + strip)};
        detail::for_each_depthwise_run<T, C, 1>([&]<class P, int Packets>(int in, int out, int) NORMA_ALWAYS_INLINE {
            simd::for_each_piece<C.kernel.height, pieces>([&](int ky, auto count) NORMA_ALWAYS_INLINE {
                detail::depthwise_weight_block<T, C, P, count>(x + in, dy + out, dw + out, ky, rows);
            });
        });
    }
}

/// dbias += Σ over pixels of dy. Adds to (`+=`) `dbias`.
template <class T, Depthwise C>
inline void depthwise_convolve_bias_gradient(const T* dy, T* dbias) {
    bias_gradient<T, C.output>(dy, dbias);
}

}  // namespace norma::inline NORMA_TARGET::kernels
