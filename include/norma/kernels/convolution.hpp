#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/write.hpp"

/// Direct convolution of one image. Images are H×W×C; weights are ky × kx × input channels × output channels. The
/// output channels are SIMD lanes: each multiply-add takes one input number, broadcast, and one packet of weights. Sums
/// stay in registers over all taps and a block of input channels. There is no im2col and no padded copy: taps outside
/// the image are skipped.
namespace norma::inline NORMA_TARGET::kernels {

/// A two-dimensional convolution, all sizes known to the compiler.
struct Convolution {
    Extent input;   ///< of one sample
    Extent output;  ///< of one sample
    Size kernel{};
    Size stride{};
    Size padding{0, 0};  ///< before the first row and column, and after the last

    /// Numbers in the weight, kernel height × kernel width × input × output channels.
    constexpr int weight_count() const { return kernel.pixels() * input.channels * output.channels; }
    /// Has it at most `most_elements` weights?
    constexpr bool fits() const {
        return element_count({kernel.height, kernel.width, input.channels, output.channels}) >= 0;
    }
    /// Multiply-adds of one sample's forward pass, those of taps in the padding included.
    constexpr long long multiply_adds() const { return 1ll * weight_count() * output.pixels(); }

    /// Output height or width for `size` input pixels; 0 if the kernel is larger than the padded input.
    static constexpr int output_size(int size, int kernel, int stride, int padding) {
        const long long room = size + 2ll * padding - kernel;
        return room < 0 ? 0 : static_cast<int>(std::min(room / stride + 1, most_elements + 1));
    }
    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

/// What is fused into a convolution: y = skip + relu(sum), each part optional, done in registers before the sums are
/// stored.
struct Epilogue {
    bool relu = false;       ///< negative sums become 0
    bool adds_skip = false;  ///< another array of the output's shape is added
    friend constexpr bool operator==(const Epilogue&, const Epilogue&) = default;
};

namespace detail {

constexpr TapSum forward_sum(const Convolution& c) {
    return {c.input,
            c.output,
            {c.input.height, c.output.height, c.kernel.height, c.stride.height, c.padding.height, false},
            {c.input.width, c.output.width, c.kernel.width, c.stride.width, c.padding.width, false}};
}
constexpr TapSum backward_sum(const Convolution& c) {
    return {c.output,
            c.input,
            {c.output.height, c.input.height, c.kernel.height, c.stride.height, c.padding.height, true},
            {c.output.width, c.input.width, c.kernel.width, c.stride.width, c.padding.width, true}};
}

/// Adds to (`+=`) a tile's sums[p][n] one tap `k` of one source channel: input(p, column) × packet n of the weights at
/// `w`, where pixel p reads that source column. The compiler leaves out pixels whose tap is outside the image.
template <TapSum G, int Begin, class P, std::size_t PacketCount, std::size_t PixelCount, class Input>
NORMA_ALWAYS_INLINE inline void add_products(P (&sums)[PixelCount][PacketCount], auto k, const typename P::Scalar* w,
                                             const Input& input) {
    constexpr int Pixels = int(PixelCount), Packets = int(PacketCount);
    constexpr std::array<int, PixelCount> positions = tile_positions<G, Pixels, Begin>(k);
    P packets[PacketCount];
    NORMA_UNROLL
    for (int n = 0; n < Packets; ++n) packets[n] = simd::load<P>(w + n * P::lanes);
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        const int position = positions[static_cast<std::size_t>(p)];
        if (position != Axis::none) {
            const P value = input(p, position);
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) sums[p][n] = simd::multiply_add(value, packets[n], sums[p][n]);
        }
    }
}

/// Computes one tile: `Pixels` pixels of target row `y` from column `x` on × `Packets` packets of target channels,
/// summed over `Channels` source channels. `Begin` is `x` if the tile touches the image's border, so that the compiler
/// leaves out missing taps; else it is `anywhere`. `source` and `weights` point at the first of the source channels;
/// `weights`, `bias`, `skip_row` and `target_row` at the first of the target channels. `Row` is the distance from one
/// source channel's weights to the next. Writes (`=`) or adds to (`+=`) the target as `W` says.
template <class T, TapSum G, int Channels, Write W, Epilogue E, class P, int Packets, int Pixels, int Begin, int Row>
NORMA_NOINLINE inline void tile(const T* source, const T* weights, const T* bias, const T* skip_row, T* target_row,
                                int y, int x) {
    constexpr int channels = G.source.channels;
    constexpr int taps = G.x.kernel;
    constexpr int parts = tile_parts(Channels, Pixels, Packets);
    P sums[std::size_t(parts)][std::size_t(Pixels)][std::size_t(Packets)];
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
        // From here on the positions of a tile `anywhere` are known to the compiler.
        const T* row = source + source_y * G.source.width * channels;
        if constexpr (Begin == anywhere) {
            row += (G.x.transposed ? x / G.x.stride - taps : x * G.x.stride - G.x.padding) * channels;
        }
        const T* const w = weights + ky * taps * channels * Row;
        if constexpr (holds_inputs(G.x, Pixels, Packets, parts)) {
            constexpr auto columns = tile_columns<G, Pixels, Begin>();
            for (int c = 0; c < Channels; c += parts) {
                NORMA_UNROLL
                for (int s = 0; s < parts; ++s) {
                    P inputs[columns.size()];
                    NORMA_UNROLL
                    for (std::size_t i = 0; i < columns.size(); ++i) {
                        if (columns[i] != Axis::none) inputs[i] = simd::set<P>(row[columns[i] * channels + c + s]);
                    }
                    simd::unroll<taps>([&](auto kx) NORMA_ALWAYS_INLINE {
                        constexpr int first = first_column(G.x, kx);
                        add_products<G, Begin>(sums[s], kx, w + (kx * channels + c + s) * Row,
                                               [&](int p, int) NORMA_ALWAYS_INLINE { return inputs[first + p]; });
                    });
                }
            }
        } else {
            simd::unroll<taps>([&](auto kx) NORMA_ALWAYS_INLINE {
                // Neighbouring pixels read the same inputs at different taps: GCC would keep them and run out of
                // registers.
                const T* from = row;
                NORMA_FORGET(from);
                for (int c = 0; c < Channels; c += parts) {
                    NORMA_UNROLL
                    for (int s = 0; s < parts; ++s) {
                        add_products<G, Begin>(sums[s], kx, w + (kx * channels + c + s) * Row,
                                               [&](int, int position) NORMA_ALWAYS_INLINE {
                                                   return simd::set<P>(from[position * channels + c + s]);
                                               });
                    }
                }
            });
        }
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

/// Computes the sum `G` for the whole target, tile by tile. A row of `weights` (one tap, one source channel) has all
/// target channels or, if `Packed`, those of one run: see `transpose_weights`.
template <class T, TapSum G, Write W, bool Packed, Epilogue E = Epilogue{}, class Ahead>
inline void sum_over_taps(const T* source, const T* weights, const T* bias, const T* skip, T* target,
                          const Ahead& ahead) {
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

/// `transpose_weights` of `Run` input channels, to the first of which `w` is moved. Returns the end of what it wrote.
/// For all convolutions: a network calls it once a step for each run.
template <class T, int Run>
NORMA_NOINLINE inline T* transpose_run(const T* w, T* transposed, int taps, int inputs, int outputs) {
    for (int tap = 0; tap < taps; ++tap) {
        for (int o = 0; o < outputs; ++o) {
            for (int i = 0; i < Run; ++i) *transposed++ = w[(tap * inputs + i) * outputs + o];
        }
    }
    return transposed;
}

}  // namespace detail

/// y = skip + relu(x ∗ w + bias), with skip and ReLU as `E` says. `x` and `y` are H×W×C images of `C.input` and
/// `C.output`; `w` is ky × kx × input × output channels; `bias` is null or has one number per output channel; `skip`,
/// if it is added, is an image of `C.output`. Writes (`=`) `y`.
template <class T, Convolution C, Epilogue E = Epilogue{}, class Ahead = NoPrefetch>
inline void convolve(const T* x, const T* w, const T* bias, T* y, const T* skip = nullptr, const Ahead& ahead = {}) {
    detail::sum_over_taps<T, detail::forward_sum(C), Write::assign, false, E>(x, w, bias, skip, y, ahead);
}

/// dx = dy ∗ wᵀ, the gradient of `convolve` with respect to its input. `transposed` is what `transpose_weights` wrote.
/// Writes (`=`) or adds to (`+=`) `dx` as `W` says.
template <class T, Convolution C, Write W = Write::assign, class Ahead = NoPrefetch>
inline void convolve_input_gradient(const T* dy, const T* transposed, T* dx, const Ahead& ahead = {}) {
    detail::sum_over_taps<T, detail::backward_sum(C), W, true>(dy, transposed, nullptr, nullptr, dx, ahead);
}

/// Puts the weights in the order in which `convolve_input_gradient` reads them: for each run of input channels (the
/// width of its tiles) ky × kx × output channels × run. Read without gaps they spread over the whole L1 cache; with
/// gaps, over half of its sets. Writes (`=`) `transposed`, as many numbers as `w` has.
template <class T, Convolution C>
inline void transpose_weights(const T* w, T* transposed) {
    detail::for_each_channel_run<T, detail::backward_sum(C)>([&]<class P, int Packets>(int channel) {
        transposed = detail::transpose_run<T, Packets * P::lanes>(
            w + channel * C.output.channels, transposed, C.kernel.pixels(), C.input.channels, C.output.channels);
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
