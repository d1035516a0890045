#include "norma/kernels/depthwise_weight_gradient.hpp"

#include <doctest/doctest.h>

#include "depthwise_checker.hpp"

namespace depthwise_weight_gradient_test {

using namespace depthwise_checker;

template <class T, Depthwise C>
void check() {
    INFO(text_of(C));
    const Expected<T> expected(C);
    Guarded<T> dw(expected.old_w);
    depthwise_convolve_weight_gradient<T, C>(expected.x.data(), expected.dy.data(), dw.data());
    CHECK(dw.differences(expected.dw) == 0);
    Guarded<T> dbias(expected.old_bias);
    depthwise_convolve_bias_gradient<T, C>(expected.dy.data(), dbias.data());
    CHECK(dbias.differences(expected.dbias) == 0);
}

TEST_CASE("gradients of the weights of 3x3 kernels are those of plain loops, bit by bit") {
    check<float, geometry({35, 3, 33}, {.padding = {1, 1}})>();
    check<float, geometry({5, 4, 70}, {.padding = {1, 1}})>();  // tiles that do not touch the border
    check<float, geometry({18, 5, 37}, {})>();
    check<float, geometry({17, 5, 70}, {.stride = {2, 2}, .padding = {1, 1}})>();
    check<double, geometry({19, 2, 2}, {.padding = {1, 1}})>();
    check<float, geometry({7, 1, 1}, {.stride = {2, 2}, .padding = {1, 1}})>();
}

TEST_CASE("gradients of the weights of kernels whose rows do not fit the registers at once") {
    check<float, geometry({19, 9, 9}, {.kernel = {7, 7}, .padding = {3, 3}})>();
    check<float, geometry({21, 32, 30}, {.kernel = {5, 5}, .padding = {2, 2}})>();  // several strips
    check<double, geometry({9, 10, 40}, {.kernel = {7, 5}, .stride = {3, 2}, .padding = {3, 1}})>();
    check<float, geometry({6, 6, 24}, {.kernel = {2, 20}})>();
    check<float, geometry({6, 3, 2}, {.kernel = {7, 9}, .stride = {2, 1}, .padding = {3, 4}})>();
    check<float, geometry({4, 17, 9}, {.kernel = {11, 1}, .stride = {2, 3}})>();
}

TEST_CASE("gradients of the weights of dilated kernels are those of plain loops, bit by bit") {
    check<float, geometry({18, 7, 40}, {.padding = {2, 2}, .dilation = {2, 2}})>();
    check<float, geometry({7, 11, 45}, {.stride = {2, 2}, .padding = {1, 3}, .dilation = {1, 3}})>();
}

TEST_CASE("gradients of the weights with a multiplier are those of plain loops, bit by bit") {
    check<float, geometry({45, 5, 20}, {.padding = {1, 1}, .multiplier = 2})>();
    check<float, geometry({18, 4, 5}, {.padding = {1, 1}, .multiplier = 3})>();
    check<float, geometry({16, 8, 9}, {.kernel = {7, 7}, .padding = {3, 3}, .multiplier = 4})>();
    check<float, geometry({17, 2, 3}, {.kernel = {1, 2}, .dilation = {1, 2}, .multiplier = 8})>();
    check<double, geometry({9, 6, 7}, {.stride = {2, 2}, .padding = {1, 1}, .multiplier = 5})>();
    check<double, geometry({3, 3, 4}, {.padding = {1, 1}, .multiplier = 9})>();
}

}  // namespace depthwise_weight_gradient_test
