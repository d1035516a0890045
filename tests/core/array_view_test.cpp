#include "norma/core/array_view.hpp"

#include <doctest/doctest.h>

#include <array>

namespace array_view_test {

using namespace norma;

TEST_CASE("array view: it has the elements of an array, and parts of them") {
    static constexpr std::array<int, 4> numbers{3, 5, 7, 9};
    constexpr ArrayView<int> all = numbers;
    static_assert(all.size() == 4 && !all.empty() && all[1] == 5 && all.back() == 9);
    static_assert(all.first(2).back() == 5 && all.from(3).size() == 1 && all.from(3)[0] == 9);
    int sum = 0;
    for (const int number : all) sum += number;
    CHECK(sum == 24);
    CHECK(ArrayView<int>().empty());
    CHECK(ArrayView<int>(numbers.data() + 1, 2)[1] == 7);
    CHECK(ArrayView<int>(std::array<int, 0>{}).empty());
}

}  // namespace array_view_test
