#include <doctest/doctest.h>

#include "convolution_checker.hpp"

namespace convolution_groups_test {

using namespace convolution_checker;

namespace {
/// Adds a dilation.
constexpr Convolution dilated(Convolution c, Size dilation) {
    c.dilation = dilation;
    return with_output_size(c);
}
constexpr Convolution grouped(Convolution c, int groups) {
    c.groups = groups;
    return c;
}
/// The input and output become slices of wider images.
constexpr Convolution sliced(Convolution c, int input_pitch, int output_pitch) {
    c.input_pitch = input_pitch;
    c.output_pitch = output_pitch;
    return c;
}
}  // namespace

TEST_CASE("convolutions with a dilation are those of plain loops, bit by bit") {
    check<float, dilated(geometry({5, 9, 11}, 8, 3, 1, 2), {2, 2})>();
    check<float, dilated(geometry({16, 9, 34}, 17, {2, 3}), {3, 2})>();
    check<float, dilated(geometry({3, 7, 20}, 16, 3, 2, 1), {1, 3})>();
    check<float, dilated(geometry({4, 11, 13}, 9, {3, 2}, {3, 2}, {0, 3}), {2, 5})>();
    check<float, dilated(geometry({2, 5, 7}, 4, 3, 1, 6), {6, 6})>();  // taps that see nothing but padding
    check<double, dilated(geometry({9, 4, 12}, 5, {1, 3}, {1, 1}, {0, 4}), {1, 4})>();
}

TEST_CASE("convolutions in groups are those of plain loops, bit by bit") {
    check<float, grouped(geometry({6, 5, 7}, 10, 3, 1, 1), 2)>();
    check<float, grouped(geometry({48, 4, 15}, 96, 3, 1, 1), 3)>();
    check<float, grouped(geometry({5, 6, 5}, 5, 3, 2, 1), 5)>();
    check<float, grouped(geometry({4, 3, 9}, 12, 1), 4)>();
    check<double, grouped(dilated(geometry({34, 6, 6}, 18, 2), {2, 3}), 2)>();
}

TEST_CASE("convolutions of slices of the channels of wider images change and read nothing beside them") {
    check<float, sliced(geometry({3, 5, 8}, 8, {2, 3}, {1, 2}), 5, 8)>();  // without padding: taps one by one
    check<float, sliced(geometry({16, 4, 33}, 32, 3, 1, 1), 48, 40), 33>();
    check<float, sliced(geometry({8, 7, 6}, 5, 3, 2, 1), 0, 7), 9>();
    check<float, sliced(geometry({20, 3, 5}, 18, 1), 21, 19)>();
    check<double, sliced(grouped(dilated(geometry({6, 7, 8}, 18, 3, 1, 1), {2, 1}), 3), 11, 20)>();
}

TEST_CASE("convolutions of wide rows and of many channels, which take loops of tiles and of blocks of channels") {
    check<float, geometry({1, 2, 301}, 2, 3, 1, 1)>();
    check<float, geometry({2, 1, 150}, 33, {1, 2}, {1, 2}, {0, 1})>();
    check<float, geometry({1700, 1, 2}, 35, {1, 2})>();
    check<double, geometry({35, 2, 1}, 1700, {2, 1})>();
}

TEST_CASE("the output size counts the dilation, and the weights are those of one group of inputs") {
    CHECK(Convolution::output_size(7, 3, 1, 0, 3) == 1);
    CHECK(Convolution::output_size(6, 3, 1, 0, 3) == 0);
    CHECK(Convolution::output_size(6, 3, 2, 1, 2) == 2);
    constexpr Convolution c = grouped(geometry({16, 14, 14}, 32, 3), 4);
    static_assert(c.group_inputs() == 4 && c.group_outputs() == 8);
    static_assert(c.weight_count() == 4 * 32 * 9 && c.multiply_adds() == 4 * 32 * 9 * 144);
    static_assert(c.input_step() == 16 && sliced(c, 20, 0).input_step() == 20 && sliced(c, 0, 33).output_step() == 33);
}

}  // namespace convolution_groups_test
