#include <doctest/doctest.h>

#include "convolution_checker.hpp"

namespace convolution_double_test {

using namespace convolution_checker;

TEST_CASE("convolutions in double are those of plain loops, bit by bit") {
    check<double, geometry({1, 1, 1}, 1, 1)>();
    check<double, geometry({3, 3, 3}, 5, 3)>();
    check<double, geometry({16, 9, 9}, 17, 3)>();
    check<double, geometry({5, 5, 7}, 8, 3, 1, 1)>();
    check<double, geometry({10, 9, 4}, 3, 3, 3, 2)>();
    check<double, geometry({8, 9, 21}, 10, 2, 2)>();
    check<double, geometry({2, 2, 2}, 3, 5, 1, 2)>();
}

}  // namespace convolution_double_test
