#include "support/median.hpp"

#include <doctest/doctest.h>

namespace median_test {

using namespace norma;
using namespace norma::bench;

TEST_CASE("the median is the middle value, or the mean of the two middle ones") {
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 3, 2}) == 2.5);
    CHECK(median({7}) == 7);
    CHECK_THROWS_AS(static_cast<void>(median({})), DataError);
}

}  // namespace median_test
