#include "norma/network/first_non_finite.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace first_non_finite_test {

using namespace norma;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("non-finite: the earliest node is kept, and its first sample") {
    FirstNonFinite first;
    const std::vector<float> good{1, 2};
    const std::vector<float> bad{1, no_number};
    first.made<float>(FirstNonFinite::input, 0, good);
    CHECK_FALSE(first.found());
    first.made<float>(3, 1, bad);
    first.made<float>(4, 0, bad);
    CHECK(first.node() == 3);
    CHECK(first.sample() == 1);
    first.made<float>(3, 0, bad);
    first.made<float>(2, 5, good);
    CHECK(first.node() == 3);
    CHECK(first.sample() == 0);
    first.made<float>(FirstNonFinite::input, 7, bad);
    CHECK(first.node() == FirstNonFinite::input);
    CHECK(first.sample() == 7);
    CHECK(first.found());
}

}  // namespace first_non_finite_test
