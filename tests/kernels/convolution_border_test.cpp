#include <doctest/doctest.h>

#include "convolution_checker.hpp"

namespace convolution_border_test {

using namespace convolution_checker;

TEST_CASE("convolutions with padding are those of plain loops, bit by bit") {
    check<float, geometry({5, 5, 7}, 8, 3, 1, 1)>();
    check<float, geometry({8, 3, 33}, 3, 2, 1, 1)>();
    check<float, geometry({17, 7, 5}, 2, 5, 1, 2)>();
}

TEST_CASE("convolutions with strides are those of plain loops, bit by bit") {
    check<float, geometry({8, 9, 4}, 10, 2, 2)>();
    check<float, geometry({5, 4, 30}, 32, 1, 2)>();  // every other pixel is read by none
    check<float, geometry({10, 9, 4}, 3, 3, 3, 2)>();
    check<float, geometry({16, 8, 31}, 17, 3, 2, 2)>();
}

TEST_CASE("convolutions with a kernel larger than the image, or with padding only in the window") {
    check<float, geometry({2, 2, 2}, 3, 5, 1, 2)>();
    check<float, geometry({1, 1, 1}, 2, 3, 2, 1)>();
    check<float, geometry({5, 3, 3}, 8, 1, 1, 1)>();  // the border of y is the bias alone
}

}  // namespace convolution_border_test
