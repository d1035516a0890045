#include "norma/core/fixed_list.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>

namespace fixed_list_test {

using namespace norma;

TEST_CASE("a fixed list grows up to its room, also as a constant") {
    static constexpr auto squares = [] {
        FixedList<int, 3> list;
        for (int i = 1; i <= 3; ++i) list.push_back(i * i);
        list[1] = 5;
        return list;
    }();
    static_assert(squares.size() == 3 && squares.most == 3 && squares[1] == 5);
    CHECK(std::ranges::equal(squares, std::array{1, 5, 9}));
    CHECK(std::span<const int>(squares).size() == 3);
    constexpr FixedList<int, 3> empty;
    static_assert(empty.size() == 0);
    CHECK(empty.begin() == empty.end());
}

}  // namespace fixed_list_test
