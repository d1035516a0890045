#include "norma/ops/facts.hpp"

#include <doctest/doctest.h>

namespace facts_test {

using namespace norma;

static_assert(padded(0) == 0 && padded(1) == 16 && padded(16) == 16 && padded(17) == 32);

TEST_CASE("facts: what an op needs of its input's and its output's shape") {
    CHECK(ops::shape_needs({3, 4, 5}, {3, 4, 5}, {7, 1, 1}).empty());
    CHECK(ops::shape_needs({3, 4, 5}, {3, 5, 4}, {7, 1, 1}).view() == "an op that reads that shape, not 3x5x4");
    CHECK(ops::shape_needs({3, 4, 5}, {3, 4, 5}, {1 << 15, 1 << 15, 2}).view() ==
          "an output of at most 1073741824 numbers, not 32768x32768x2");
}

}  // namespace facts_test
