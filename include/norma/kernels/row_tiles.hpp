#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/tiling.hpp"
#include "norma/kernels/unroll.hpp"

/// Tiles of one row for a sum over taps, and the source columns that a tile reads.
namespace norma::inline NORMA_TARGET::kernels::detail {

/// The columns of a row, cut into tiles of `pixels` each; the last may be shorter. The tiles [first_inside, end_inside)
/// have all their taps inside the image, and the same ones: they are one function in a loop.
struct RowTiles {
    int width;
    int pixels;
    int count;
    int first_inside;
    int end_inside;

    constexpr int begin(int tile) const { return tile * pixels; }
    constexpr int size(int tile) const { return std::min(pixels, width - begin(tile)); }
};

/// Cuts a row of targets into tiles of at most `most` pixels (or of the stride of a transposed sum, if that is more).
constexpr RowTiles row_tiles(const Axis& x, int most) {
    const int step = x.transposed ? x.stride : 1;
    const int steps = (x.target + step - 1) / step;
    const int tiles = tile_count(x.target, most, step);
    const int pixels = (steps + tiles - 1) / tiles * step;
    RowTiles row{x.target, pixels, (x.target + pixels - 1) / pixels, 0, 0};
    const auto inside = [&](int tile) { return row.size(tile) == pixels && x.interior(row.begin(tile), pixels); };
    while (row.first_inside < row.count && !inside(row.first_inside)) ++row.first_inside;
    row.end_inside = row.first_inside;
    while (row.end_inside < row.count && inside(row.end_inside)) ++row.end_inside;
    return row;
}

/// Calls `f.operator()<Begin, Pixels>(first pixel)` for each tile of a row. `Begin` is the first pixel if the tile
/// touches the image's border, else `anywhere`.
template <RowTiles Row, class F>
NORMA_INLINE inline void for_each_tile(F&& f) {
    const auto at_border = [&](auto tile) NORMA_ALWAYS_INLINE {
        f.template operator()<Row.begin(tile), Row.size(tile)>(Row.begin(tile));
    };
    simd::unroll<Row.first_inside>(at_border);
    for (int tile = Row.first_inside; tile < Row.end_inside; ++tile) {
        f.template operator()<anywhere, Row.pixels>(Row.begin(tile));
    }
    simd::unroll<Row.count - Row.end_inside>(
        [&](auto i) NORMA_ALWAYS_INLINE { at_border(std::integral_constant<int, Row.end_inside + i>{}); });
}

/// Which taps the pixels of a tile read from which source column. `Begin` is the tile's first pixel; if it is
/// `anywhere`, the taps are those of a first pixel 0 in an endless row, and columns count from `origin`.
template <Axis X, int Begin, int Pixels>
struct ColumnTaps {
    static constexpr int begin = Begin == anywhere ? 0 : Begin;

    /// The source column that column 0 of an endless row is for a first pixel `x`.
    static constexpr int origin(int x) { return Begin != anywhere ? 0 : X.transposed ? x / X.stride : x * X.stride; }

    /// The tap of pixel `p` that reads `column`, or `Axis::none`.
    static constexpr int tap(int p, int column) {
        const int distance =
            X.transposed ? begin + p + X.padding - column * X.stride : column - (begin + p) * X.stride + X.padding;
        if (distance < 0 || distance > X.reach() || distance % X.dilation != 0) return Axis::none;
        return distance / X.dilation;
    }
    static constexpr bool is_read(int column) {
        if (Begin != anywhere && (column < 0 || column >= X.source)) return false;
        for (int p = 0; p < Pixels; ++p) {
            if (tap(p, column) != Axis::none) return true;
        }
        return false;
    }

    /// Columns from the first to the last that the tile would read in an endless row.
    static constexpr int first =
        X.transposed ? (begin + X.padding - X.reach()) / X.stride - 1 : begin * X.stride - X.padding;
    static constexpr int end = X.transposed ? (begin + Pixels - 1 + X.padding) / X.stride + 1
                                            : (begin + Pixels - 1) * X.stride - X.padding + X.reach() + 1;
    /// Number of columns that the tile reads.
    static constexpr int count = [] {
        int read = 0;
        for (int column = first; column < end; ++column) read += is_read(column) ? 1 : 0;
        return read;
    }();

    /// A source column, and the tap of each pixel that reads it or `Axis::none`.
    struct Column {
        int at;
        std::array<int, std::size_t(Pixels)> taps;
    };
    /// The columns that the tile reads.
    static constexpr auto columns = [] {
        std::array<Column, std::size_t(count)> all{};
        std::size_t i = 0;
        for (int column = first; column < end; ++column) {
            if (!is_read(column)) continue;
            all[i].at = column;
            for (int p = 0; p < Pixels; ++p) all[i].taps[std::size_t(p)] = tap(p, column);
            ++i;
        }
        return all;
    }();
};

}  // namespace norma::inline NORMA_TARGET::kernels::detail
