#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/write.hpp"

/// Direct convolution of one image. Images are H×W×C, weights are ky × kx × input channels × output channels: the last
/// index runs over SIMD lanes, so every product is one input number, broadcast, times a packet of weights. Accumulators
/// stay in registers over all taps and input channels. There is no im2col and no padded copy: a tap outside the image
/// is not visited.
namespace norma::kernels {

/// A two-dimensional convolution, all sizes known to the compiler.
struct Convolution {
    Extent input;   ///< of one sample
    Extent output;  ///< of one sample
    int kernel_height = 1;
    int kernel_width = 1;
    int stride = 1;
    int padding = 0;

    /// Numbers in the weight, kernel height × kernel width × input × output channels.
    constexpr int weight_count() const { return kernel_height * kernel_width * input.channels * output.channels; }
    /// Multiplications of one sample forward, taps in the border included.
    constexpr long long multiply_adds() const { return 1ll * weight_count() * output.pixels(); }

    /// Output height or width of a kernel of `kernel` taps on `size` pixels; not positive where it does not fit.
    static constexpr int output_size(int size, int kernel, int stride, int padding) {
        const int room = size + 2 * padding - kernel;
        return room < 0 ? 0 : room / stride + 1;
    }
};

/// What happens to a convolution's sums before they are stored, while they are in registers: y = skip + relu(sum), each
/// part optional.
struct Epilogue {
    bool relu = false;       ///< negative sums become 0
    bool adds_skip = false;  ///< another array of the output's shape is added
};

namespace detail {

constexpr Gather forward_gather(const Convolution& c) {
    return {c.input,
            c.output,
            {c.input.height, c.output.height, c.kernel_height, c.stride, c.padding, false},
            {c.input.width, c.output.width, c.kernel_width, c.stride, c.padding, false}};
}
constexpr Gather backward_gather(const Convolution& c) {
    return {c.output,
            c.input,
            {c.output.height, c.input.height, c.kernel_height, c.stride, c.padding, true},
            {c.output.width, c.input.width, c.kernel_width, c.stride, c.padding, true}};
}

inline constexpr int anywhere = -1;

/// Positions along the row that tap `k` of a tile's pixels reads: in the image where the tile's place `Begin` is known,
/// else relative to what the first pixel's first tap reads (forward) or to `kernel` pixels before the first (backward).
template <Gather G, int Pixels, int Begin>
constexpr std::array<int, Pixels> tile_positions(int k) {
    std::array<int, Pixels> positions{};
    for (int p = 0; p < Pixels; ++p) {
        int& position = positions[static_cast<std::size_t>(p)];
        if (Begin != anywhere) {
            position = G.x.read(Begin + p, k);
        } else if (G.x.transposed) {
            const int n = p + G.x.padding - k + G.x.stride * G.x.kernel;
            position = n % G.x.stride != 0 ? Axis::none : n / G.x.stride;
        } else {
            position = p * G.x.stride + k;
        }
    }
    return positions;
}

/// One tile: `Pixels` pixels of target row `y` from `x` on × `Packets` packets of target channels. `Begin` is `x` where
/// the tile touches the image's border, so that missing taps are left out by the compiler, and `anywhere` elsewhere.
/// `weights`, `bias`, `skip_row` and `target_row` are already moved to the tile's first channel; `Row` is the distance
/// from one source channel's weights to the next. Sums over `Channels` source channels, to the first of which `source`
/// and `weights` are moved.
template <class T, Gather G, int Channels, Write W, Epilogue E, class P, int Packets, int Pixels, int Begin, int Row>
NORMA_NOINLINE inline void tile(const T* source, const T* weights, const T* bias, const T* skip_row, T* target_row,
                                int y, int x) {
    // Where a tile has too few chains, neighbouring source channels are summed apart.
    constexpr int wanted = std::max(1, chains / (Pixels * Packets));
    constexpr int parts = wanted > 1 && Channels % wanted == 0 ? wanted : 1;
    P sums[parts][Pixels][Packets];
    T* const out = target_row + x * G.target.channels;
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            if constexpr (W == Write::add) {
                sums[0][p][n] = simd::load<P>(out + p * G.target.channels + n * P::lanes);
            } else {
                sums[0][p][n] = bias != nullptr ? simd::load<P>(bias + n * P::lanes) : simd::set<P>(T(0));
            }
            NORMA_UNROLL
            for (int s = 1; s < parts; ++s) sums[s][p][n] = simd::set<P>(T(0));
        }
    }
    for (int ky = 0; ky < G.y.kernel; ++ky) {
        const int source_y = G.y.read(y, ky);
        if (source_y == Axis::none) continue;
        const T* const row = source + source_y * G.source.width * G.source.channels;
        simd::unroll<G.x.kernel>([&](auto kx) NORMA_ALWAYS_INLINE {
            // Relative to the tile's first pixel, all positions are known to the compiler.
            constexpr std::array<int, Pixels> positions = tile_positions<G, Pixels, Begin>(kx);
            const T* taps = row;
            if constexpr (Begin == anywhere) {
                taps +=
                    (G.x.transposed ? x / G.x.stride - G.x.kernel : x * G.x.stride - G.x.padding) * G.source.channels;
            }
            // Neighbouring pixels read the same numbers at different taps.
            NORMA_FORGET(taps);
            const T* w = weights + (ky * G.x.kernel + kx) * G.source.channels * Row;
            for (int c = 0; c < Channels; c += parts, w += parts * Row) {
                NORMA_UNROLL
                for (int s = 0; s < parts; ++s) {
                    P packets[Packets];
                    NORMA_UNROLL
                    for (int n = 0; n < Packets; ++n) packets[n] = simd::load<P>(w + s * Row + n * P::lanes);
                    NORMA_UNROLL
                    for (int p = 0; p < Pixels; ++p) {
                        const int position = positions[static_cast<std::size_t>(p)];
                        if (position != Axis::none) {
                            const P value = simd::set<P>(taps[position * G.source.channels + c + s]);
                            NORMA_UNROLL
                            for (int n = 0; n < Packets; ++n) {
                                sums[s][p][n] = simd::multiply_add(value, packets[n], sums[s][p][n]);
                            }
                        }
                    }
                }
            }
        });
    }
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            NORMA_UNROLL
            for (int s = 1; s < parts; ++s) sums[0][p][n] = simd::add(sums[0][p][n], sums[s][p][n]);
            if constexpr (E.relu) sums[0][p][n] = simd::relu(sums[0][p][n]);
            if constexpr (E.adds_skip) {
                const T* const skip = skip_row + (x + p) * G.target.channels + n * P::lanes;
                sums[0][p][n] = simd::add(sums[0][p][n], simd::load<P>(skip));
            }
            simd::store(out + p * G.target.channels + n * P::lanes, sums[0][p][n]);
        }
    }
}

/// `weights` have all target channels of a source channel as neighbours, or, if `Packed`, those of one run.
template <class T, Gather G, Write W, bool Packed, Epilogue E = Epilogue{}, class Ahead>
inline void gather(const T* source, const T* weights, const T* bias, const T* skip, T* target, const Ahead& ahead) {
    for_each_channel_run<T, G>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        constexpr int step = G.x.transposed ? G.x.stride : 1;
        constexpr int most = tile_pixels(Packets);
        constexpr int tiles = tile_count(G.target.width, most, step);
        constexpr int row_of_weights = Packed ? Packets * P::lanes : G.target.channels;
        constexpr int block = channel_block<T>(G, Packets * P::lanes);
        constexpr int blocks = (G.source.channels + block - 1) / block;
        const T* const run = weights + channel * (Packed ? G.y.kernel * G.x.kernel * G.source.channels : 1);
        simd::unroll<blocks>([&](auto b) NORMA_ALWAYS_INLINE {
            constexpr bool is_first = b == 0;
            constexpr bool is_last = b + 1 == blocks;
            constexpr int first = b * block;
            constexpr int count = std::min(block, G.source.channels - first);
            constexpr Epilogue end = is_last ? E : Epilogue{};
            for (int y = 0; y < G.target.height; ++y) {
                if (is_first && channel == 0) ahead.fetch(y, G.target.height);
                const int row = y * G.target.width * G.target.channels + channel;
                simd::unroll<tiles>([&](auto i) NORMA_ALWAYS_INLINE {
                    constexpr int begin = tile_begin(G.target.width, most, step, i);
                    constexpr int pixels = tile_begin(G.target.width, most, step, i + 1) - begin;
                    constexpr int place = G.x.interior(begin, pixels) ? anywhere : begin;
                    tile<T, G, count, is_first ? W : Write::add, end, P, Packets, pixels, place, row_of_weights>(
                        source + first, run + first * row_of_weights, bias != nullptr ? bias + channel : nullptr,
                        end.adds_skip ? skip + row : nullptr, target + row, y, begin);
                });
            }
        });
    });
}

}  // namespace detail

/// y = skip + relu(x ∗ w + bias), skip and ReLU as `E` says. `x` and `y` are H×W×C images of `C.input` and `C.output`;
/// `w` is ky × kx × input × output channels; `bias` is null or has one number per output channel; `skip` is an image of
/// `C.output` where it is added. Writes (`=`) `y`.
template <class T, Convolution C, Epilogue E = Epilogue{}, class Ahead = NoPrefetch>
inline void convolve(const T* x, const T* w, const T* bias, T* y, const T* skip = nullptr, const Ahead& ahead = {}) {
    detail::gather<T, detail::forward_gather(C), Write::assign, false, E>(x, w, bias, skip, y, ahead);
}

/// dx = dy ∗ wᵀ, the gradient of `convolve` by its input. `transposed` is as `transpose_weights` makes it. Writes (`=`)
/// or adds to (`+=`) `dx` as `W` says.
template <class T, Convolution C, Write W = Write::assign, class Ahead = NoPrefetch>
inline void convolve_input_gradient(const T* dy, const T* transposed, T* dx, const Ahead& ahead = {}) {
    detail::gather<T, detail::backward_gather(C), W, true>(dy, transposed, nullptr, nullptr, dx, ahead);
}

/// For every run of input channels that the data gradient takes at once: ky × kx × output channels × the run, so that
/// it reads its weights from end to end (with gaps between them, they would share half of the L1 cache's sets). Writes
/// (`=`) `transposed`, as many numbers as `w` has.
template <class T, Convolution C>
inline void transpose_weights(const T* w, T* transposed) {
    constexpr int in = C.input.channels;
    constexpr int out = C.output.channels;
    detail::for_each_channel_run<T, detail::backward_gather(C)>([&]<class P, int Packets>(int channel) {
        constexpr int run = Packets * P::lanes;
        for (int row = 0; row < C.kernel_height * C.kernel_width * out; ++row) {
            const int tap = row / out;
            const int o = row % out;
            for (int i = 0; i < run; ++i) *transposed++ = w[(tap * in + channel + i) * out + o];
        }
    });
}

namespace detail {

/// Adds to a block of weight gradients, `Inputs` neighbouring numbers of x by `Packets` packets of output channels, the
/// sum over output rows [y_begin, y_end) and columns [x_begin, x_end). `x` points at the number that the block's first
/// tap reads for output pixel (0, 0) of the range.
template <class T, Convolution C, class P, int Packets, int Inputs>
NORMA_NOINLINE inline void weight_block(const T* x, const T* dy, T* dw, int rows, int columns) {
    P sums[Inputs][Packets];
    NORMA_UNROLL
    for (int i = 0; i < Inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) sums[i][n] = simd::load<P>(dw + i * C.output.channels + n * P::lanes);
    }
    for (int row = 0; row < rows; ++row) {
        const T* in = x + row * C.stride * C.input.width * C.input.channels;
        const T* gradient = dy + row * C.output.width * C.output.channels;
        for (int column = 0; column < columns; ++column) {
            P packets[Packets];
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
            in += C.stride * C.input.channels;
            gradient += C.output.channels;
        }
    }
    NORMA_UNROLL
    for (int i = 0; i < Inputs; ++i) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) simd::store(dw + i * C.output.channels + n * P::lanes, sums[i][n]);
    }
}

/// First and one past the last output position whose tap `k` lies inside the image.
struct Range {
    int begin;
    int end;
};
constexpr Range positions_of_tap(const Axis& axis, int k) {
    int begin = 0;
    while (begin < axis.target && axis.read(begin, k) == Axis::none) ++begin;
    int end = axis.target;
    while (end > begin && axis.read(end - 1, k) == Axis::none) --end;
    return {begin, end};
}

}  // namespace detail

namespace detail {

/// Output rows that the weight gradient takes before it begins with the next ones: every block of weights goes through
/// x and dy again, so both should stay in the L1 cache, of which they may take 24 KiB.
template <class T>
constexpr int weight_strip(const Convolution& c) {
    const int row_of_output = c.output.width * c.output.channels;
    const int rows_of_input = c.stride * c.input.width * c.input.channels;
    const int most = (24 << 10) / static_cast<int>(sizeof(T)) / (row_of_output + rows_of_input);
    const int strips = (c.output.height + std::max(1, most) - 1) / std::max(1, most);
    return (c.output.height + strips - 1) / strips;
}

}  // namespace detail

/// dw += Σ over pixels of x ⊗ dy, the gradient of `convolve` by its weights, in their layout. Adds to (`+=`) `dw`.
template <class T, Convolution C, class Ahead = NoPrefetch>
inline void convolve_weight_gradient(const T* x, const T* dy, T* dw, const Ahead& ahead = {}) {
    constexpr detail::Gather g = detail::forward_gather(C);
    // Without padding, a kernel row's taps are neighbours in memory: one run of kernel_width × channels numbers.
    constexpr int taps = C.padding == 0 ? C.kernel_width : 1;
    constexpr int run = taps * C.input.channels;
    constexpr int packets = 2;  // as many as the forward pass takes of a wide image
    constexpr int strip = detail::weight_strip<T>(C);
    constexpr int strips = (C.output.height + strip - 1) / strip;
    for (int top = 0; top < C.output.height; top += strip) {
        simd::for_each_run<T, C.output.channels, packets>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            // Inputs are read where they are multiplied and take no registers.
            constexpr int most = std::max(1, (simd::registers - 1) / Packets - 1);
            constexpr int blocks = (run + most - 1) / most;
            for (int ky = 0; ky < C.kernel_height; ++ky) {
                if (channel == 0) ahead.fetch(top / strip * C.kernel_height + ky, strips * C.kernel_height);
                detail::Range rows = detail::positions_of_tap(g.y, ky);
                rows.begin = std::max(rows.begin, top);
                rows.end = std::min(rows.end, top + strip);
                if (rows.begin >= rows.end) continue;
                for (int kx = 0; kx < C.kernel_width; kx += taps) {
                    const detail::Range columns = detail::positions_of_tap(g.x, kx);
                    if (columns.begin == columns.end) continue;
                    const T* in =
                        x + (g.y.read(rows.begin, ky) * C.input.width + g.x.read(columns.begin, kx)) * C.input.channels;
                    const T* gradient =
                        dy + (rows.begin * C.output.width + columns.begin) * C.output.channels + channel;
                    T* out = dw + (ky * C.kernel_width + kx) * C.input.channels * C.output.channels + channel;
                    simd::unroll<blocks>([&](auto b) NORMA_ALWAYS_INLINE {
                        constexpr int first = b * run / blocks;
                        constexpr int inputs = (b + 1) * run / blocks - first;
                        detail::weight_block<T, C, P, Packets, inputs>(
                            in + first, gradient, out + first * C.output.channels, rows.end - rows.begin,
                            columns.end - columns.begin);
                    });
                }
            }
        });
    }
}

/// dbias += Σ over pixels of dy. Adds to (`+=`) `dbias`.
template <class T, Convolution C>
inline void convolve_bias_gradient(const T* dy, T* dbias) {
    simd::for_each_run<T, C.output.channels, 8>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        P sums[Packets];
        for (int n = 0; n < Packets; ++n) sums[n] = simd::load<P>(dbias + channel + n * P::lanes);
        for (int pixel = 0; pixel < C.output.pixels(); ++pixel) {
            for (int n = 0; n < Packets; ++n) {
                sums[n] = simd::add(sums[n], simd::load<P>(dy + pixel * C.output.channels + channel + n * P::lanes));
            }
        }
        for (int n = 0; n < Packets; ++n) simd::store(dbias + channel + n * P::lanes, sums[n]);
    });
}

}  // namespace norma::kernels
