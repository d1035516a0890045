#include "norma/ops/op.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

namespace op_test {

using namespace norma;

/// The names of all ops.
template <class... O>
constexpr auto names(const std::variant<O...>*) {
    return std::array<std::string_view, sizeof...(O)>{O::name...};
}

TEST_CASE("no two ops have one name") {
    auto all = names(static_cast<const Op*>(nullptr));
    std::ranges::sort(all);
    CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("facts and needs of an op are those of the kind that it is") {
    constexpr Op add(ops::Add{{3, 5, 7}});
    static_assert(facts_of(add).inputs == 2 && facts_of(add).output == Extent{3, 5, 7});
    CHECK(needs_of(add, std::array{Extent{3, 5, 7}, Extent{3, 5, 7}}).empty());
    CHECK(needs_of(add, std::array{Extent{3, 5, 7}, Extent{3, 7, 5}}).view() == "a skip of that shape, not 3x7x5");
    constexpr Op linear(ops::Linear{{3, 5, 7}, 4, true});
    static_assert(facts_of(linear).weight_count == 4 * 105 && facts_of(linear).bias_count == 4);
    CHECK(!needs_of(linear, std::array{Extent{3, 7, 5}}).empty());
}

}  // namespace op_test
