#include "norma/kernels/row_tiles.hpp"

#include <doctest/doctest.h>

#include <set>
#include <utility>
#include <vector>

namespace row_tiles_test {

using namespace norma::kernels::detail;

/// Compares the tiles of a row with the definition of an axis: every target once and in order, and for each of its taps
/// the column that the tap reads.
template <Axis X, int Most>
void check() {
    constexpr RowTiles row = row_tiles(X, Most);
    int next = 0;
    for_each_tile<row>([&]<int Begin, int Pixels>(int x) {
        using Columns = ColumnTaps<X, Begin, Pixels>;
        CHECK(x == next);
        CHECK((Begin == anywhere || Begin == x));
        next = x + Pixels;
        using Reads = std::multiset<std::pair<int, int>>;  // tap, column
        std::vector<Reads> expected(Pixels), found(Pixels);
        for (int p = 0; p < Pixels; ++p) {
            for (int k = 0; k < X.kernel; ++k) {
                if (X.read(x + p, k) != Axis::none) expected[std::size_t(p)].emplace(k, X.read(x + p, k));
            }
            for (const auto& column : Columns::columns) {
                const int k = column.taps[std::size_t(p)];
                if (k != Axis::none) found[std::size_t(p)].emplace(k, column.at + Columns::origin(x));
            }
        }
        CHECK(found == expected);
    });
    CHECK(next == X.target);
}

TEST_CASE("the tiles of a row read what its axis says") {
    check<Axis{33, 33, 3, 1, 1, false}, 8>();
    check<Axis{40, 38, 3, 1, 0, false}, 7>();
    check<Axis{61, 31, 7, 2, 3, false}, 6>();
    check<Axis{9, 9, 9, 1, 4, false}, 4>();  // wider than the tiles at the border
    check<Axis{50, 16, 2, 3, 1, false, 4}, 4>();
}

TEST_CASE("the tiles of a row of a transposed sum read what its axis says") {
    check<Axis{33, 33, 3, 1, 1, true}, 8>();
    check<Axis{31, 61, 7, 2, 3, true}, 6>();
    check<Axis{16, 50, 2, 3, 1, true, 4}, 7>();
    check<Axis{10, 37, 1, 4, 0, true}, 3>();  // a stride longer than a tile should be, and a short last tile
}

TEST_CASE("tiles away from the border are one function") {
    constexpr RowTiles row = row_tiles(Axis{80, 80, 3, 1, 1, false}, 8);
    CHECK(row.count == 10);
    CHECK(row.first_inside == 1);
    CHECK(row.end_inside == 9);
}

}  // namespace row_tiles_test
