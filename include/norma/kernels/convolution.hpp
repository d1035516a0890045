#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activation.hpp"
#include "norma/kernels/epilogue.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/write.hpp"

/// Direct convolution of one image. Images are H×W×C; weights are ky × kx × input channels × output channels. The
/// output channels are SIMD lanes: each multiply-add takes one input number, broadcast, and one packet of weights. Sums
/// stay in registers over all taps and a block of input channels. There is no im2col and no padded copy: taps outside
/// the image are skipped.
///
/// With several groups, each of them is a convolution of its own of neighbouring input channels to neighbouring output
/// channels. Weights are then ky × kx × input channels of a group × output channels of all groups.
namespace norma::inline NORMA_TARGET::kernels {

/// Several images, one after another, and how far each is from the next in the source, the target and the skip of a
/// kernel. Weights are read once for all of them.
struct Images {
    int count = 1;         ///< of the images
    long long source = 0;  ///< numbers
    long long target = 0;  ///< numbers
    long long skip = 0;    ///< numbers
};

/// A two-dimensional convolution, all sizes known to the compiler. Its input and output may be slices of the channels
/// of a wider image: the pitch is the distance in numbers from one pixel to the next, and 0 stands for the number of
/// channels. It is that of the gradients too.
struct Convolution {
    Extent input;          ///< of one sample
    Extent output;         ///< of one sample
    Size kernel{};         ///< taps
    Size stride{};         ///< from what one output pixel reads to what the next one does
    Size padding{0, 0};    ///< before the first row and column, and after the last
    Size dilation{};       ///< from one tap to the next
    int groups = 1;        ///< divides the channels of both
    int input_pitch = 0;   ///< from one pixel of the input to the next
    int output_pitch = 0;  ///< from one pixel of the output to the next

    /// Input channels of one group.
    constexpr int group_inputs() const { return input.channels / groups; }
    /// Output channels of one group.
    constexpr int group_outputs() const { return output.channels / groups; }
    /// Distance from one pixel of the input to the next.
    constexpr int input_step() const { return input_pitch != 0 ? input_pitch : input.channels; }
    /// Distance from one pixel of the output to the next.
    constexpr int output_step() const { return output_pitch != 0 ? output_pitch : output.channels; }

    /// Numbers in the weight, kernel height × kernel width × input channels of a group × output channels.
    constexpr int weight_count() const { return kernel.pixels() * group_inputs() * output.channels; }
    /// Has it at most `most_elements` weights?
    constexpr bool fits() const {
        return element_count({kernel.height, kernel.width, group_inputs(), output.channels}) >= 0;
    }
    /// Multiply-adds of one sample's forward pass, those of taps in the padding included.
    constexpr long long multiply_adds() const { return 1ll * weight_count() * output.pixels(); }

    /// Output height or width for `size` input pixels; 0 if the kernel is larger than the padded input.
    static constexpr int output_size(int size, int kernel, int stride, int padding, int dilation = 1) {
        const long long room = size + 2ll * padding - (1ll * dilation * (kernel - 1) + 1);
        return room < 0 ? 0 : static_cast<int>(std::min(room / stride + 1, most_elements + 1));
    }
    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

namespace detail {

constexpr TapSum sum_over_groups(const Convolution& c, bool transposed) {
    TapSum sum = sum_over(c, transposed);
    sum.groups = c.groups;
    sum.source.channels /= c.groups;
    sum.target.channels /= c.groups;
    sum.source_pitch = transposed ? c.output_step() : c.input_step();
    sum.target_pitch = transposed ? c.input_step() : c.output_step();
    return sum;
}
constexpr TapSum forward_sum(const Convolution& c) { return sum_over_groups(c, false); }
constexpr TapSum backward_sum(const Convolution& c) { return sum_over_groups(c, true); }

/// c + a · b; for pairs of bfloat16 numbers c + a₁ · b₁ + a₂ · b₂. `S` is what a broadcast of `a` was made of.
template <class S, class P>
NORMA_INLINE inline P add_product(const P& a, const P& b, const P& c) {
    if constexpr (std::is_same_v<S, simd::Bf16Pair>) return simd::dot_pairs(a, b, c);
    return simd::multiply_add(a, b, c);
}

/// Adds to (`+=`) a tile's sums[p][n] one tap `k` of one source channel: input(p, column) × packet n of the weights at
/// `w`, where pixel p reads that source column. The compiler leaves out pixels whose tap is outside the image. `S` is
/// what the source has: numbers, or pairs of them.
template <TapSum G, int Begin, class S, class P, std::size_t PacketCount, std::size_t PixelCount, class Input>
NORMA_INLINE inline void add_products(P (&sums)[PixelCount][PacketCount], auto k, const typename P::Scalar* w,
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
            for (int n = 0; n < Packets; ++n) sums[p][n] = add_product<S>(value, packets[n], sums[p][n]);
        }
    }
}

/// Computes one tile: `Pixels` pixels of target row `y` from column `x` on × `Packets` packets of target channels,
/// summed over `Channels` source channels. `Begin` is `x` if the tile touches the image's border, so that the compiler
/// leaves out missing taps; else it is `anywhere`. `source` and `weights` point at the first of the source channels;
/// `weights`, `bias`, `skip_row` and `target_row` at the first of the target channels. `Row` is the distance from one
/// source channel's weights to the next. Writes (`=`) or adds to (`+=`) the target as `W` says.
template <class T, TapSum G, int Channels, Write W, Epilogue E, class P, int Packets, int Pixels, int Begin, int Row,
          class S, class Y>
NORMA_NOINLINE inline void tile(const S* source, const T* weights, const T* bias, const Y* skip_row, Y* target_row,
                                int y, int x) {
    constexpr int channels = G.source.channels;
    constexpr int pitch = G.source_pitch;
    constexpr int taps = G.x.kernel;
    constexpr int parts = may_be_in_a_row(G) ? 1 : tile_parts(Channels, Pixels, Packets);
    P sums[std::size_t(parts)][std::size_t(Pixels)][std::size_t(Packets)];
    Y* const out = target_row + x * G.target_pitch;
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            if constexpr (W == Write::add) {
                sums[0][p][n] = simd::load<P>(out + p * G.target_pitch + n * P::lanes);
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
        const S* row = source + source_y * G.source.width * pitch;
        if constexpr (Begin == anywhere) {
            row += (G.x.transposed ? x / G.x.stride - G.x.reach() : x * G.x.stride - G.x.padding) * pitch;
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
                        if (columns[i] != Axis::none) inputs[i] = simd::broadcast<P>(row + columns[i] * pitch + c + s);
                    }
                    simd::unroll<taps>([&](auto kx) NORMA_ALWAYS_INLINE {
                        constexpr int first = first_column(G.x, kx);
                        add_products<G, Begin, S>(sums[s], kx, w + (kx * channels + c + s) * Row,
                                                  [&](int p, int) NORMA_ALWAYS_INLINE { return inputs[first + p]; });
                    });
                }
            }
        } else {
            simd::unroll<taps>([&](auto kx) NORMA_ALWAYS_INLINE {
                // Neighbouring pixels read the same inputs at different taps: GCC would keep them and run out of
                // registers.
                const S* from = row;
                NORMA_FORGET(from);
                for (int c = 0; c < Channels; c += parts) {
                    NORMA_UNROLL
                    for (int s = 0; s < parts; ++s) {
                        add_products<G, Begin, S>(sums[s], kx, w + (kx * channels + c + s) * Row,
                                                  [&](int, int position) NORMA_ALWAYS_INLINE {
                                                      return simd::broadcast<P>(from + position * pitch + c + s);
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
            sums[0][p][n] = activate<E.activation>(sums[0][p][n]);
            if constexpr (E.adds_skip) {
                const Y* const skip = skip_row + (x + p) * E.skip_pitch + n * P::lanes;
                sums[0][p][n] = simd::add(sums[0][p][n], simd::load<P>(skip));
            }
            simd::store(out + p * G.target_pitch + n * P::lanes, sums[0][p][n]);
        }
    }
}

/// Computes the sum `G` for whole images, tile by tile. A row of `weights` (one tap, one source channel) has the target
/// channels of all groups or, if `Packed`, those of one run: see `pack_weights` and `transpose_weights`. A block of
/// weights goes through all images before the next. `Runs` is the sum whose tiles the runs are as wide as. A source of
/// pairs has no blocks of channels: its target is rounded, but sums are not.
template <class T, TapSum G, Write W, bool Packed, Epilogue E = Epilogue{}, TapSum Runs = G, class Ahead, class S,
          class Y>
inline void sum_over_taps(const Images& images, const S* source, const T* weights, const T* bias,
                          const std::type_identity_t<Y>* skip, Y* target, const Ahead& ahead) {
    for (int group = 0; group < G.groups; ++group) {
        for_each_channel_run<T, Runs>([&]<class P, int Packets>(int channel_of_group) NORMA_ALWAYS_INLINE {
            constexpr int row_of_weights = Packed ? Packets * P::lanes : G.groups * G.target.channels;
            constexpr int block =
                std::is_same_v<S, simd::Bf16Pair> ? G.source.channels : channel_block<T>(G, Packets * P::lanes);
            const int channel = group * G.target.channels + channel_of_group;
            const T* const run = weights + channel * (Packed ? G.y.kernel * G.x.kernel * G.source.channels : 1);
            for_each_block<G.source.channels, block>(
                [&](int first, auto count, auto is_first, auto is_last) NORMA_ALWAYS_INLINE {
                    constexpr Epilogue end = is_last ? with_skip_pitch(E, G.groups * G.target.channels) : Epilogue{};
                    for (int image = 0; image < images.count; ++image) {
                        const S* const from = source + image * images.source + group * G.source.channels + first;
                        const Y* const other = end.adds_skip ? skip + image * images.skip + channel : nullptr;
                        Y* const to = target + image * images.target + channel;
                        for (int y = 0; y < G.target.height; ++y) {
                            if (is_first && channel_of_group == 0 && image == 0) {
                                ahead.fetch(group * G.target.height + y, G.groups * G.target.height);
                            }
                            const int row = y * G.target.width;
                            for_each_row_tile<G, tile_pixels(Packets)>(
                                [&](int x, auto pixels, auto place) NORMA_ALWAYS_INLINE {
                                    tile<T, G, count, is_first ? W : Write::add, end, P, Packets, pixels, place,
                                         row_of_weights>(from, run + first * row_of_weights,
                                                         bias != nullptr ? bias + channel : nullptr,
                                                         end.adds_skip ? other + row * end.skip_pitch : nullptr,
                                                         to + row * G.target_pitch, y, x);
                                });
                        }
                    }
                });
        });
    }
}

}  // namespace detail

/// y = skip + f(x ∗ w + bias), with skip and f as `E` says, for one image or several. `x` and `y` are H×W×C images of
/// `C.input` and `C.output`; `w` is ky × kx × input channels of a group × output channels; `bias` is null or has one
/// number per output channel; `skip`, if it is added, is an image of `C.output`. Writes (`=`) `y`.
///
/// If `Packed`, `w` is what `pack_weights` wrote for `Order`: `C`, or a convolution of the same weights whose images
/// have another size.
template <class T, Convolution C, Epilogue E = Epilogue{}, bool Packed = false, class Ahead = NoPrefetch,
          Convolution Order = C>
inline void convolve(const T* x, const T* w, const T* bias, T* y, const T* skip = nullptr, const Ahead& ahead = {},
                     const Images& images = {}) {
    constexpr detail::TapSum runs = detail::forward_sum(Packed ? Order : C);
    detail::sum_over_taps<T, detail::forward_sum(C), Write::assign, Packed, E, runs>(images, x, w, bias, skip, y,
                                                                                     ahead);
}

/// dx = dy ∗ wᵀ, the gradient of `convolve` with respect to its input. `transposed` is what `transpose_weights` wrote
/// for `Order`, see `convolve`. Writes (`=`) or adds to (`+=`) `dx` as `W` says.
template <class T, Convolution C, Write W = Write::assign, class Ahead = NoPrefetch, Convolution Order = C>
inline void convolve_input_gradient(const T* dy, const T* transposed, T* dx, const Ahead& ahead = {},
                                    const Images& images = {}) {
    detail::sum_over_taps<T, detail::backward_sum(C), W, true, Epilogue{}, detail::backward_sum(Order)>(
        images, dy, transposed, nullptr, nullptr, dx, ahead);
}

}  // namespace norma::inline NORMA_TARGET::kernels
