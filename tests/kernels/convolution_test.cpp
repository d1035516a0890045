#include "norma/kernels/convolution.hpp"

#include <doctest/doctest.h>

#include "convolution_checker.hpp"

namespace convolution_test {

using namespace convolution_checker;

// Each geometry in these files covers something that the others do not: every channel count at which a packet size
// ends, every kernel, stride and padding, wide and narrow images, and borders that meet in the middle.
TEST_CASE("convolutions are those of plain loops, bit by bit") {
    check<float, geometry({1, 1, 1}, 1, 1)>();
    check<float, geometry({3, 3, 3}, 5, 3)>();
    check<float, geometry({3, 30, 30}, 16, 3)>();
    check<float, geometry({16, 12, 12}, 32, 3)>();
    check<float, geometry({10, 4, 21}, 2, 1)>();
    check<float, geometry({17, 5, 7}, 10, 5)>();
}

TEST_CASE("kernel, stride and padding can be other than square") {
    check<float, geometry({3, 5, 6}, 8, {2, 3})>();
    check<float, geometry({3, 9, 4}, 5, {3, 1}, {1, 1}, {1, 0})>();
    check<float, geometry({3, 1, 9}, 5, 3, 1, 1)>();
    check<float, geometry({4, 7, 9}, 8, {2, 3}, {3, 1}, {0, 1})>();  // all taps of a row in registers, rows left out
    check<float, geometry({5, 4, 19}, 9, {3, 2}, {1, 3}, {2, 1})>();
}

TEST_CASE("the output size is 0 if the kernel does not fit") {
    CHECK(Convolution::output_size(5, 3, 1, 0) == 3);
    CHECK(Convolution::output_size(5, 3, 2, 0) == 2);
    CHECK(Convolution::output_size(6, 3, 2, 1) == 3);
    CHECK(Convolution::output_size(2, 3, 1, 0) == 0);
    CHECK(Convolution::output_size(2, 3, 3, 0) == 0);
    CHECK(Convolution::output_size(1, 3, 1, 1) == 1);
    constexpr Convolution c = geometry({16, 14, 14}, 32, 3);
    static_assert(c.weight_count() == 4608);
    static_assert(c.multiply_adds() == 4608 * 144);
}

}  // namespace convolution_test
