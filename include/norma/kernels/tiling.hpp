#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"

/// How the sums over taps of a convolution are cut into tiles whose accumulators fit the registers: a few neighbouring
/// pixels of a row by a few packets of channels.
namespace norma::inline NORMA_TARGET::kernels::detail {

/// One axis of a sum over taps: which source position does tap `k` of target position `t` read?
/// Forward it is t·stride − padding + k. For the gradient (the transpose) it is (t + padding − k) / stride, if whole.
struct Axis {
    int source;
    int target;
    int kernel;
    int stride;
    int padding;
    bool transposed;

    static constexpr int none = -1;
    constexpr int read(int t, int k) const {
        int s = 0;
        if (transposed) {
            const int n = t + padding - k;
            if (n < 0 || n % stride != 0) return none;
            s = n / stride;
        } else {
            s = t * stride - padding + k;
        }
        return s >= 0 && s < source ? s : none;
    }
    /// Do all taps of the targets [first, first + count) that exist for the middle of a wide image exist here too?
    constexpr bool interior(int first, int count) const {
        if (transposed) {
            return first % stride == 0 && first + padding - (kernel - 1) >= 0 &&
                   (first + count - 1 + padding) / stride < source;
        }
        return first * stride - padding >= 0 && (first + count - 1) * stride - padding + kernel - 1 < source;
    }
};

/// The sum over taps that both the forward pass and the data gradient are.
struct Gather {
    Extent source;
    Extent target;
    Axis y;
    Axis x;
};

/// Chains of multiply-adds that must be under way to keep two units with a latency of four cycles busy: eight, and two
/// to spare, without which any other delay shows.
inline constexpr int chains = 10;

/// Pixels that a tile of `packets` packets of output channels can be long: accumulators and, for each tap and channel,
/// either all packets of weights and one broadcast input or all inputs and one packet of weights have to fit the
/// registers. Six pixels by two packets do on AVX2, fourteen by two on AVX-512, three by four on SSE2.
constexpr int tile_pixels(int packets) {
    int pixels = 1;
    while (pixels < 14 && (pixels + 1) * packets + std::min(pixels + 1, packets) + 1 <= simd::registers) ++pixels;
    return pixels;
}

/// Sums of different source channels that a tile keeps apart, where its own are too few to keep the units busy.
constexpr int tile_parts(int source_channels, int pixels, int packets) {
    const int wanted = std::max(1, chains / (pixels * packets));
    return source_channels % wanted == 0 ? wanted : 1;
}

/// Do all inputs that a tile's pixels read in one kernel row have room in registers, beside the accumulators of `parts`
/// and one tap's packets of weights? Then each is loaded once for all taps. Otherwise a tile of one packet would load
/// as often as it multiplies, and a machine that begins two of each in a cycle has no time left for anything else.
constexpr bool holds_inputs(const Axis& x, int pixels, int packets, int parts) {
    return x.stride == 1 && x.kernel > 1 &&
           parts * pixels * packets + pixels + x.kernel - 1 + packets <= simd::registers;
}

/// Half cycles of one tap and channel of a tile: two multiply-adds or two loads can begin in a cycle, and each
/// accumulator is needed again after four. Without a fused multiply-add, a count of instructions.
/// Left out is that some tiles load their inputs once for all taps.
constexpr int tile_cost(int pixels, int packets) {
    if (!simd::has_fused_multiply_add) return 2 * pixels * packets + 2 * pixels + packets;
    return std::max({pixels * packets, pixels + packets, chains});
}

/// Number of tiles that a row of `width` is cut into. Tiles begin at multiples of `step`.
constexpr int tile_count(int width, int most, int step) {
    const int steps = (width + step - 1) / step;
    const int per_tile = std::max(1, most / step);
    return (steps + per_tile - 1) / per_tile;
}
/// The outer tiles are the longer ones: at the border some of their taps are missing.
constexpr int tile_begin(int width, int most, int step, int tile) {
    const int steps = (width + step - 1) / step;
    const int tiles = tile_count(width, most, step);
    const int shorter = tiles - steps % tiles;  // in the middle, if any are
    const int first = (tiles - shorter + 1) / 2;
    const int before = tile - std::clamp(tile - first, 0, steps % tiles == 0 ? 0 : shorter);
    return std::min(width, (tile * (steps / tiles) + (steps % tiles == 0 ? 0 : before)) * step);
}

/// Packets that a tile is wide: what makes the sum over a row cheapest. Narrow images are better off with more packets,
/// as they have too few pixels to keep the units busy; where much of a row lies near the border, long tiles of one
/// packet are.
template <class T, Gather G>
constexpr int tile_packets() {
    constexpr int lanes = simd::Widest<T>::lanes;
    constexpr int step = G.x.transposed ? G.x.stride : 1;
    int best = 2;
    long long least = -1;
    for (const int packets : {2, 1, 4}) {
        if (packets > 2 && G.target.channels < packets * lanes) break;
        const int most = tile_pixels(packets);
        long long cost = 0;
        for (int tile = 0; tile < tile_count(G.target.width, most, step); ++tile) {
            for (int k = 0; k < G.x.kernel; ++k) {
                int pixels = 0;  // that have this tap
                for (int x = tile_begin(G.target.width, most, step, tile);
                     x < tile_begin(G.target.width, most, step, tile + 1); ++x) {
                    pixels += G.x.read(x, k) != Axis::none ? 1 : 0;
                }
                if (pixels > 0) cost += tile_cost(pixels, packets);
            }
        }
        cost *= (G.target.channels / lanes + packets - 1) / packets;
        if (least >= 0 && cost >= least) continue;
        least = cost;
        best = packets;
    }
    return best;
}

/// The place of a tile that does not touch the image's border.
inline constexpr int anywhere = -1;

/// Positions along the row that tap `k` of a tile's pixels reads: in the image where the tile's place `Begin` is known,
/// else relative to what the first pixel's first tap reads (forward) or to `kernel` pixels before the first (backward).
template <Gather G, int Pixels, int Begin>
constexpr std::array<int, std::size_t(Pixels)> tile_positions(int k) {
    std::array<int, std::size_t(Pixels)> positions{};
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

/// Which of a tile's `tile_columns` its first pixel reads at tap `k`; pixel p reads the p-th after it.
constexpr int first_column(const Axis& x, int k) { return x.transposed ? x.kernel - 1 - k : k; }

/// Positions along the row of all that the taps of a tile's pixels read, each once, where the stride is 1.
template <Gather G, int Pixels, int Begin>
constexpr auto tile_columns() {
    std::array<int, std::size_t(Pixels + G.x.kernel - 1)> columns{};
    for (int k = 0; k < G.x.kernel; ++k) {
        const std::array<int, std::size_t(Pixels)> positions = tile_positions<G, Pixels, Begin>(k);
        for (int p = 0; p < Pixels; ++p) {
            columns[static_cast<std::size_t>(first_column(G.x, k) + p)] = positions[static_cast<std::size_t>(p)];
        }
    }
    return columns;
}

/// Calls `f.operator()<P, N>(channel)` for the runs of target channels that tiles of the sum `G` take.
template <class T, Gather G, class F>
NORMA_ALWAYS_INLINE inline void for_each_channel_run(F&& f) {
    simd::for_each_run<T, G.target.channels, tile_packets<T, G>()>(std::forward<F>(f));
}

/// Source channels that are summed up before the next ones begin: weights for one run of target channels are read again
/// for every tile, so they should stay in the L1 cache, of which they may take 20 KiB.
template <class T>
constexpr int channel_block(const Gather& g, int run) {
    const long long bytes = 1ll * g.y.kernel * g.x.kernel * run * static_cast<int>(sizeof(T));  // of one channel
    const long long blocks = (g.source.channels * bytes + (20 << 10) - 1) / (20 << 10);
    return static_cast<int>((g.source.channels + blocks - 1) / blocks);
}

}  // namespace norma::inline NORMA_TARGET::kernels::detail
