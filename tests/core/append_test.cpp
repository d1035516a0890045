#include "norma/core/append.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace append_test {

using namespace norma;

TEST_CASE("append puts a value after the others, also where the vector grows") {
    std::vector<double> values;
    for (int k = 0; k < 100; ++k) append(values, k);
    REQUIRE(values.size() == 100);
    for (int k = 0; k < 100; ++k) CHECK(values[static_cast<std::size_t>(k)] == k);
}

}  // namespace append_test
