#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activation.hpp"
#include "norma/kernels/epilogue.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_interleave.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/row_tiles.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/write.hpp"

/// Depthwise convolution of one image: every output channel reads one input channel. Images are H×W×C; weights are ky ×
/// kx × output channels. The input channels are SIMD lanes. The sums of a tile (a few pixels of a row) stay in
/// registers, and for one kernel row its weights too: so each number of the source is loaded once for all taps of that
/// row. Taps outside the image are skipped. Where each input channel has several output channels, these are interleaved
/// in memory and in packets of their own in registers.
namespace norma::inline NORMA_TARGET::kernels {

/// A depthwise convolution, all sizes known to the compiler. Output channel c · multiplier + m reads input channel c:
/// PyTorch's `Conv2d` with `groups` = input channels.
struct Depthwise {
    Extent input;   ///< of one sample
    Extent output;  ///< of one sample
    Size kernel{};
    Size stride{};
    Size padding{0, 0};  ///< before the first row and column, and after the last
    Size dilation{};
    int multiplier = 1;  ///< output channels of each input channel

    /// Numbers in the weight, kernel height × kernel width × output channels.
    constexpr int weight_count() const { return kernel.pixels() * output.channels; }
    /// Has it at most `most_elements` weights?
    constexpr bool fits() const { return element_count({kernel.height, kernel.width, output.channels}) >= 0; }
    /// Multiply-adds of one sample's forward pass, those of taps in the padding included.
    constexpr long long multiply_adds() const { return 1ll * weight_count() * output.pixels(); }
    friend constexpr bool operator==(const Depthwise&, const Depthwise&) = default;
};

namespace detail {

constexpr TapSum forward_sum(const Depthwise& c) { return sum_over(c, false); }
constexpr TapSum backward_sum(const Depthwise& c) { return sum_over(c, true); }

/// The largest multiplier whose output channels are computed together, from one packet of the input. With a larger one
/// every output channel is a scalar.
inline constexpr int most_multiplier = 8;

/// Packets of channels and most pixels of a tile.
struct DepthwiseTile {
    int packets;
    int pixels;
};

/// The tile of a sum over taps: one packet of channels, more only if a row has too few pixels for enough `chains`. Its
/// sums, the weights of a kernel row and a packet of the source must fit the registers. Each channel that has `many` on
/// the other side has as many weights; there are as many packets of sums, or of the source if the sum is transposed.
constexpr DepthwiseTile depthwise_tile(const Axis& x, int many) {
    const int sums = x.transposed ? 1 : many;
    const int sources = x.transposed ? many : 1;
    const int free = simd::registers - x.kernel * many - sources;
    const int most = std::clamp(free / sums, (3 + sums) / sums, 16);
    if (x.target * sums >= chains - 2) return {1, most};
    for (const int packets : {4, 2}) {
        const bool is_wanted = x.target * sums * packets / 2 < chains - 2;
        if (is_wanted && (x.target * sums + x.kernel * many + sources) * packets <= simd::registers) {
            return {packets, x.target};
        }
    }
    return {1, most};
}

/// Computes one tile: `Pixels` pixels of target row `y` from column `x` on × `Packets` packets of channels, each with
/// `Many` channels on the other side. All pointers are at the first of these channels, `source`, `skip` and `target` at
/// the image's first pixel. Writes (`=`) or adds to (`+=`) the target as `W` says.
template <class T, TapSum G, Write W, Epilogue E, class P, int Packets, int Many, int Begin, int Pixels>
NORMA_NOINLINE inline void sum_tile(const T* source, const T* weights, const T* bias, const T* skip, T* target, int y,
                                    int x) {
    using Columns = ColumnTaps<G.x, Begin, Pixels>;
    constexpr int taps = G.x.kernel;
    constexpr int outputs = G.x.transposed ? G.source.channels : G.target.channels;
    constexpr int many_sums = G.x.transposed ? 1 : Many;
    constexpr int many_sources = G.x.transposed ? Many : 1;
    P sums[std::size_t(Pixels)][std::size_t(Packets)][std::size_t(many_sums)];
    T* const out = target + (y * G.target.width + x) * G.target.channels;
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            if constexpr (W == Write::add) {
                simd::load_interleaved(out + p * G.target.channels + n * many_sums * P::lanes, sums[p][n]);
            } else if (bias != nullptr) {
                simd::load_interleaved(bias + n * many_sums * P::lanes, sums[p][n]);
            } else {
                NORMA_UNROLL
                for (int j = 0; j < many_sums; ++j) sums[p][n][j] = simd::set<P>(T(0));
            }
        }
    }
    for (int ky = 0; ky < G.y.kernel; ++ky) {
        const int source_y = G.y.read(y, ky);
        if (source_y == Axis::none) continue;
        const T* const row = source + (source_y * G.source.width + Columns::origin(x)) * G.source.channels;
        const T* const w = weights + ky * taps * outputs;
        P packets[std::size_t(taps)][std::size_t(Packets)][std::size_t(Many)];
        NORMA_UNROLL
        for (int k = 0; k < taps; ++k) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                NORMA_UNROLL
                for (int j = 0; j < Many; ++j) {
                    packets[k][n][j] = simd::load<P>(w + k * outputs + j * (outputs / Many) + n * P::lanes);
                }
            }
        }
        NORMA_UNROLL
        for (int i = 0; i < Columns::count; ++i) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                P values[std::size_t(many_sources)];
                simd::load_interleaved(
                    row + Columns::columns[std::size_t(i)].at * G.source.channels + n * many_sources * P::lanes,
                    values);
                NORMA_UNROLL
                for (int p = 0; p < Pixels; ++p) {
                    const int k = Columns::columns[std::size_t(i)].taps[std::size_t(p)];
                    if (k == Axis::none) continue;
                    NORMA_UNROLL
                    for (int j = 0; j < Many; ++j) {
                        P& sum = sums[p][n][many_sums == 1 ? 0 : j];
                        sum = simd::multiply_add(values[many_sources == 1 ? 0 : j], packets[k][n][j], sum);
                    }
                }
            }
        }
    }
    NORMA_UNROLL
    for (int p = 0; p < Pixels; ++p) {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            P done[std::size_t(many_sums)];
            simd::interleave(sums[p][n], done);
            NORMA_UNROLL
            for (int j = 0; j < many_sums; ++j) {
                const int channel = (n * many_sums + j) * P::lanes;
                done[j] = activate<E.activation>(done[j]);
                if constexpr (E.adds_skip) {
                    const T* const at = skip + (y * G.target.width + x + p) * E.skip_pitch + channel;
                    done[j] = simd::add(done[j], simd::load<P>(at));
                }
                simd::store(out + p * G.target.channels + channel, done[j]);
            }
        }
    }
}

/// Packets of channels in a block: the image is summed row by row over all packets of a block before the next block.
/// The more packets, the longer the runs of memory that are read and written; but the source rows that neighbouring
/// target rows share should stay in the L1 cache, of which they may take 24 KiB.
template <class T>
constexpr int depthwise_block(const TapSum& g, int many) {
    const int rows = g.y.transposed ? (g.y.kernel + g.y.stride - 1) / g.y.stride : g.y.kernel;
    const long long packet =
        1ll * rows * g.source.width * static_cast<int>(sizeof(simd::Widest<T>)) * (g.y.transposed ? many : 1);
    return static_cast<int>(std::max((24ll << 10) / packet, 1ll * depthwise_tile(g.x, many).packets));
}

/// Computes the sum `G` for all target pixels × `Packets` packets of channels, each with `Many` channels on the other
/// side, at the first of which all pointers are.
template <class T, TapSum G, Write W, Epilogue E, class P, int Packets, int Many>
NORMA_INLINE inline void sum_channels(const T* source, const T* weights, const T* bias, const T* skip, T* target) {
    constexpr DepthwiseTile most = depthwise_tile(G.x, Many);
    constexpr RowTiles row = row_tiles(G.x, most.pixels);
    constexpr int many_sums = G.x.transposed ? 1 : Many;
    constexpr int many_sources = G.x.transposed ? Many : 1;
    for (int y = 0; y < G.target.height; ++y) {
        simd::for_each_piece<Packets, (Packets + most.packets - 1) / most.packets>(
            [&](int packet, auto count) NORMA_ALWAYS_INLINE {
                const int channel = packet * P::lanes;
                const int summed = channel * many_sums;
                for_each_tile<row>([&]<int Begin, int Pixels>(int x) NORMA_ALWAYS_INLINE {
                    sum_tile<T, G, W, E, P, count, Many, Begin, Pixels>(
                        source + channel * many_sources, weights + channel, bias != nullptr ? bias + summed : nullptr,
                        E.adds_skip ? skip + summed : nullptr, target + summed, y, x);
                });
            });
    }
}

/// How many output channels of an input channel are computed together.
constexpr int depthwise_many(const Depthwise& c) { return c.multiplier > most_multiplier ? 1 : c.multiplier; }

/// Calls `f.operator()<P, N>(input channel, output channel, weight)` for runs of input channels: `N` packets of type
/// `P`, at most `Most`; `weight` is the place of the first one's weights in the order of `split_weights`. If the output
/// channels of an input channel are too many to be computed together, each is a run, of a scalar.
template <class T, Depthwise C, int Most, class F>
NORMA_INLINE inline void for_each_depthwise_run(F&& f) {
    if constexpr (depthwise_many(C) == C.multiplier) {
        simd::for_each_run<T, C.input.channels, Most>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
            f.template operator()<P, Packets>(channel, channel * C.multiplier, channel);
        });
    } else {
        for (int out = 0; out < C.output.channels; ++out) {
            const int in = out / C.multiplier;
            f.template operator()<simd::Packet<T, 1>, 1>(in, out, out % C.multiplier * C.input.channels + in);
        }
    }
}

}  // namespace detail

/// Puts the weights, ky × kx × input channels × multiplier, in the order in which the kernels for the output and for
/// the gradient of the input read them: ky × kx × multiplier × input channels. With multiplier 1 that is the same.
/// Writes (`=`) `split`.
template <class T>
NORMA_NOINLINE inline void split_weights(const Depthwise& c, const T* w, T* split) {
    for (int tap = 0; tap < c.kernel.pixels(); ++tap) {
        for (int m = 0; m < c.multiplier; ++m) {
            for (int i = 0; i < c.input.channels; ++i) {
                *split++ = w[(tap * c.input.channels + i) * c.multiplier + m];
            }
        }
    }
}

/// y = skip + f(x ∗ w + bias), each output channel from its input channel, with skip and f as `E` says. `x` and
/// `y` are H×W×C images of `C.input` and `C.output`; `w` is in the order of `split_weights`; `bias` is null or has one
/// number per output channel; `skip`, if it is added, is an image of `C.output`. Writes (`=`) `y`.
template <class T, Depthwise C, Epilogue E = Epilogue{}>
inline void depthwise_convolve(const T* x, const T* w, const T* bias, T* y, const T* skip = nullptr) {
    constexpr Epilogue end = detail::with_skip_pitch(E, C.output.channels);
    constexpr detail::TapSum g = detail::forward_sum(C);
    constexpr int many = detail::depthwise_many(C);
    detail::for_each_depthwise_run<T, C, detail::depthwise_block<T>(g, many)>(
        [&]<class P, int Packets>(int in, int out, int weight) NORMA_ALWAYS_INLINE {
            detail::sum_channels<T, g, Write::assign, end, P, Packets, many>(
                x + in, w + weight, bias != nullptr ? bias + out : nullptr, end.adds_skip ? skip + out : nullptr,
                y + out);
        });
}

/// dx = dy ∗ wᵀ, the gradient of `depthwise_convolve` with respect to its input; `w` as there. Writes (`=`) or adds to
/// (`+=`) `dx` as `W` says.
template <class T, Depthwise C, Write W = Write::assign>
inline void depthwise_convolve_input_gradient(const T* dy, const T* w, T* dx) {
    constexpr detail::TapSum g = detail::backward_sum(C);
    constexpr int many = detail::depthwise_many(C);
    detail::for_each_depthwise_run<T, C, detail::depthwise_block<T>(g, many)>(
        [&]<class P, int Packets>(int in, int out, int weight) NORMA_ALWAYS_INLINE {
            if constexpr (C.multiplier != many && W == Write::assign) {
                if (out % C.multiplier != 0) {  // the input channel's first output channel has written dx
                    detail::sum_channels<T, g, Write::add, Epilogue{}, P, Packets, many>(dy + out, w + weight, nullptr,
                                                                                         nullptr, dx + in);
                    return;
                }
            }
            detail::sum_channels<T, g, W, Epilogue{}, P, Packets, many>(dy + out, w + weight, nullptr, nullptr,
                                                                        dx + in);
        });
}

}  // namespace norma::inline NORMA_TARGET::kernels
