#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/interval.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/tap_sum.hpp"
#include "norma/kernels/unroll.hpp"

/// Tiles of a convolution. A tile is a few neighbouring pixels of one row × a few packets of channels. Its sums stay in
/// registers, one accumulator for each pixel and packet.
namespace norma::inline NORMA_TARGET::kernels::detail {

/// Independent chains of multiply-adds that a tile should have. Two units that begin one multiply-add a cycle each,
/// with a latency of four cycles, need eight; two more hide other delays.
inline constexpr int chains = 10;

/// The most pixels of a tile of `packets` packets. Its pixels × packets accumulators must fit the registers, beside
/// what one tap and channel needs: all packets of weights and one broadcast input, or all inputs and one packet of
/// weights. That is 6 pixels × 2 packets on AVX2, 14 × 2 on AVX-512 and 3 × 4 on SSE2.
constexpr int tile_pixels(int packets) {
    int pixels = 1;
    while (pixels < 14 && (pixels + 1) * packets + std::min(pixels + 1, packets) + 1 <= simd::registers) ++pixels;
    return pixels;
}

/// Weights that stay in the caches close to the core. Convolutions of as many or more get several samples at a time.
inline constexpr int few_weights = 1 << 14;

/// Is the image one pixel that may also be one of a wide row of samples? Then its sums must have the order that they
/// have there. It costs little: such a sum waits for its weights.
constexpr bool may_be_in_a_row(const TapSum& g) {
    return g.source.pixels() == 1 && g.target.pixels() == 1 && g.y.kernel == 1 && g.x.kernel == 1 &&
           1ll * g.groups * g.source.channels * g.target.channels >= few_weights;
}

/// Accumulators that a tile has for each pixel and packet, each for other source channels; they are added at the end.
/// More than one only where pixels × packets ≤ `chains` / 2, since so few chains leave the units idle, and where that
/// many divide the source channels.
constexpr int tile_parts(int source_channels, int pixels, int packets) {
    const int wanted = std::max(1, chains / (pixels * packets));
    return source_channels % wanted == 0 ? wanted : 1;
}

/// Does a tile load each input once for all taps of a kernel row? It does if these pixels + reach inputs fit the
/// registers, beside the accumulators and one tap's packets of weights, and a dilation leaves no gaps between them. A
/// tile of one packet that loads inputs tap by tap does one load for each multiply-add; a CPU that begins two of each
/// in a cycle then has no time for other work.
constexpr bool holds_inputs(const Axis& x, int pixels, int packets, int parts) {
    return x.stride == 1 && x.kernel > 1 && x.dilation <= pixels &&
           parts * pixels * packets + pixels + x.reach() + packets <= simd::registers;
}

/// Cost of one tap and source channel of a tile, in half cycles: the largest of its multiply-adds, its loads (two of
/// either begin in a cycle) and `chains` (fewer sums wait for the latency). Without a fused multiply-add: the number of
/// instructions. That `holds_inputs` saves loads is left out.
constexpr int tile_cost(int pixels, int packets) {
    if (!simd::has_fused_multiply_add) return 2 * pixels * packets + 2 * pixels + packets;
    return std::max({pixels * packets, pixels + packets, chains});
}

/// Number of tiles of a row of `width` pixels. A tile has at most `most` pixels (or `step`, if that is more) and begins
/// at a multiple of `step`.
constexpr int tile_count(int width, int most, int step) {
    const int steps = (width + step - 1) / step;
    const int per_tile = std::max(1, most / step);
    return (steps + per_tile - 1) / per_tile;
}
/// First pixel of a tile. The longer tiles are at both ends of the row: there some taps are outside the image and cost
/// nothing.
constexpr int tile_begin(int width, int most, int step, int tile) {
    const int steps = (width + step - 1) / step;
    const int tiles = tile_count(width, most, step);
    const int shorter = tiles - steps % tiles;  // in the middle of the row
    const int first = (tiles - shorter + 1) / 2;
    const int before = tile - std::clamp(tile - first, 0, steps % tiles == 0 ? 0 : shorter);
    return std::min(width, (tile * (steps / tiles) + (steps % tiles == 0 ? 0 : before)) * step);
}

/// Packets of target channels in a tile: 2, 1 or 4, whichever makes a row cheapest by `tile_cost`. Narrow images take
/// more packets, since their few pixels are too few chains. Rows that are mostly border take long tiles of one packet.
template <class T, TapSum G>
constexpr int tile_packets() {
    constexpr int lanes = simd::Widest<T>::lanes;
    constexpr int step = G.step();
    int best = 2;
    long long least = -1;
    for (const int packets : {2, 1, 4}) {
        if (packets > 2 && G.target.channels < packets * lanes) break;
        const int most = tile_pixels(packets);
        long long cost = 0;
        for (int tile = 0; tile < tile_count(G.target.width, most, step); ++tile) {
            const int begin = tile_begin(G.target.width, most, step, tile);
            const int end = tile_begin(G.target.width, most, step, tile + 1);
            if ((!G.x.transposed || G.x.stride == 1) && G.x.interior(begin, end - begin)) {  // all pixels have all taps
                cost += 1ll * G.x.kernel * tile_cost(end - begin, packets);
                continue;
            }
            for (int k = 0; k < G.x.kernel; ++k) {
                int pixels = 0;  // those that have this tap
                for (int x = begin; x < end; ++x) pixels += G.x.read(x, k) != Axis::none ? 1 : 0;
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

/// In place of a tile's first pixel, where the tile does not touch the image's border: all such tiles are one function.
inline constexpr int anywhere = -1;

/// Source columns that tap `k` of a tile's pixels reads. They are columns of the image if the tile's first pixel
/// `Begin` is known. If it is `anywhere`, they count from the column that the first pixel's first tap reads (forward),
/// or from first pixel / stride − reach (transposed).
template <TapSum G, int Pixels, int Begin>
constexpr std::array<int, std::size_t(Pixels)> tile_positions(int k) {
    std::array<int, std::size_t(Pixels)> positions{};
    for (int p = 0; p < Pixels; ++p) {
        int& position = positions[static_cast<std::size_t>(p)];
        if (Begin != anywhere) {
            position = G.x.read(Begin + p, k);
        } else if (G.x.transposed) {
            const int n = p + G.x.padding - k * G.x.dilation + G.x.stride * G.x.reach();
            position = n % G.x.stride != 0 ? Axis::none : n / G.x.stride;
        } else {
            position = p * G.x.stride + k * G.x.dilation;
        }
    }
    return positions;
}

/// Index in `tile_columns` of what a tile's first pixel reads at tap `k`. Pixel p reads the column p places after it.
constexpr int first_column(const Axis& x, int k) { return (x.transposed ? x.kernel - 1 - k : k) * x.dilation; }

/// All source columns that a tile's pixels read in one kernel row, each once: pixels + reach. The horizontal
/// stride is 1.
template <TapSum G, int Pixels, int Begin>
constexpr auto tile_columns() {
    std::array<int, std::size_t(Pixels + G.x.reach())> columns{};
    for (int k = 0; k < G.x.kernel; ++k) {
        const std::array<int, std::size_t(Pixels)> positions = tile_positions<G, Pixels, Begin>(k);
        for (int p = 0; p < Pixels; ++p) {
            columns[static_cast<std::size_t>(first_column(G.x, k) + p)] = positions[static_cast<std::size_t>(p)];
        }
    }
    return columns;
}

/// Tiles of a row that do not touch the border, without the first tile and the last: each is of one of two sizes.
template <TapSum G, int Most>
constexpr Interval inner_tiles() {
    const auto is_inner = [](int tile) {
        const int begin = tile_begin(G.target.width, Most, G.step(), tile);
        return G.x.interior(begin, tile_begin(G.target.width, Most, G.step(), tile + 1) - begin);
    };
    Interval inner{1, tile_count(G.target.width, Most, G.step()) - 1};
    while (inner.begin < inner.end && !is_inner(inner.begin)) ++inner.begin;
    while (inner.end > inner.begin && !is_inner(inner.end - 1)) --inner.end;
    return inner;
}

/// Cuts a target row into tiles of at most `Most` pixels and calls `f(begin, pixels, place)` for each, from left to
/// right. `pixels` and `place`, which is `begin` or `anywhere`, are integral constants. More than four tiles that do
/// not touch the border are a loop, in which each of their two sizes is compiled once.
template <TapSum G, int Most, class F>
NORMA_INLINE inline void for_each_row_tile(F&& f) {
    constexpr int width = G.target.width;
    constexpr int step = G.step();
    constexpr int tiles = tile_count(width, Most, step);
    constexpr Interval inner = inner_tiles<G, Most>();
    const auto unrolled = [&]<int First, int Count>(std::integer_sequence<int, First, Count>) NORMA_ALWAYS_INLINE {
        simd::unroll<Count>([&](auto i) NORMA_ALWAYS_INLINE {
            constexpr int begin = tile_begin(width, Most, step, First + i);
            constexpr int pixels = tile_begin(width, Most, step, First + i + 1) - begin;
            constexpr int place = G.x.interior(begin, pixels) ? anywhere : begin;
            f(begin, std::integral_constant<int, pixels>{}, std::integral_constant<int, place>{});
        });
    };
    if constexpr (inner.end - inner.begin <= 4) {
        unrolled(std::integer_sequence<int, 0, tiles>{});
    } else {
        constexpr int steps = (width + step - 1) / step;
        constexpr int shorter = steps / tiles * step;
        constexpr std::integral_constant<int, anywhere> place{};
        unrolled(std::integer_sequence<int, 0, inner.begin>{});
        int begin = tile_begin(width, Most, step, inner.begin);
        for (int tile = inner.begin; tile < inner.end; ++tile) {
            const int end = tile_begin(width, Most, step, tile + 1);
            if (steps % tiles == 0 || end - begin == shorter) {
                f(begin, std::integral_constant<int, shorter>{}, place);
            } else if constexpr (steps % tiles != 0) {
                f(begin, std::integral_constant<int, shorter + step>{}, place);
            }
            begin = end;
        }
        unrolled(std::integer_sequence<int, inner.end, tiles - inner.end>{});
    }
}

/// Cuts the target channels of a group into runs as wide as a tile, and calls `f.operator()<P, N>(channel)` for each:
/// `N` packets `P` from `channel` on.
template <class T, TapSum G, class F>
NORMA_INLINE inline void for_each_channel_run(F&& f) {
    simd::for_each_run<T, G.target.channels, tile_packets<T, G>()>(std::forward<F>(f));
}

/// Cuts `Count` source channels into blocks of `Block`, the last of which may be smaller, and calls `f(first, count,
/// is_first, is_last)` for each. All but `first` are integral constants. The blocks between the first and the last are
/// a loop.
template <int Count, int Block, class F>
NORMA_INLINE inline void for_each_block(F&& f) {
    constexpr int last = (Count + Block - 1) / Block - 1;
    constexpr std::integral_constant<int, last == 0 ? Count : Block> count{};
    f(0, count, std::true_type{}, std::bool_constant<last == 0>{});
    if constexpr (last > 1) {
        for (int block = 1; block < last; ++block) f(block * Block, count, std::false_type{}, std::false_type{});
    }
    if constexpr (last > 0) {
        f(last * Block, std::integral_constant<int, Count - last * Block>{}, std::false_type{}, std::true_type{});
    }
}

/// Source channels in a block: the whole image is summed over one block before the next. Every tile reads the weights
/// of its run of target channels again, so those of a block should stay in the L1 cache, of which they may take 20 KiB.
template <class T>
constexpr int channel_block(const TapSum& g, int run) {
    const long long bytes = 1ll * g.y.kernel * g.x.kernel * run * static_cast<int>(sizeof(T));  // of one channel
    const long long blocks = (g.source.channels * bytes + (20 << 10) - 1) / (20 << 10);
    return static_cast<int>((g.source.channels + blocks - 1) / blocks);
}

}  // namespace norma::inline NORMA_TARGET::kernels::detail
