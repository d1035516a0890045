#include "norma/core/placement.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace placement_test {

using namespace norma;

namespace {

std::vector<int> columns(const Placement& place, int width) {
    std::vector<int> all;
    for (int x = 0; x < width; ++x) all.push_back(place.column(x, width));
    return all;
}

TEST_CASE("a moved window shows columns of the image, and nothing or their reflection outside") {
    CHECK(columns({}, 4) == std::vector{0, 1, 2, 3});
    CHECK(columns({.right = 2}, 4) == std::vector{2, 3, -1, -1});
    CHECK(columns({.right = -1, .mirrored = true}, 4) == std::vector{2, 1, 0, -1});
    CHECK(columns({.right = 2, .padding = PaddingMode::reflect}, 4) == std::vector{2, 3, 2, 1});
    CHECK(columns({.right = -2, .padding = PaddingMode::reflect}, 4) == std::vector{2, 1, 0, 1});
}

TEST_CASE("rows move by `down` alone, a reflection goes on as often as it is needed, and no number is too far") {
    const Placement place{.down = -1, .right = 3, .mirrored = true};
    CHECK(place.row(0, 3) == -1);
    CHECK(place.row(2, 3) == 1);
    const Placement reflected{.down = 7, .padding = PaddingMode::reflect};
    CHECK(reflected.row(0, 3) == 1);  // 0 1 2 1 0 1 2 1
    CHECK(reflected.row(2, 1) == 0);
    constexpr int most = std::numeric_limits<int>::max();
    CHECK(Placement{.down = most}.row(most - 1, most) == -1);
    CHECK(Placement{}.moves_nothing());
    CHECK(!place.moves_nothing());
}

}  // namespace

}  // namespace placement_test
