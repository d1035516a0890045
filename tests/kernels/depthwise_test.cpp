#include "norma/kernels/depthwise.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "depthwise_checker.hpp"
#include "norma/kernels/activations_hard.hpp"

namespace depthwise_test {

using namespace depthwise_checker;

/// The kernels of one geometry, so that what compares them is compiled once.
template <class T>
struct Kernels {
    void (*forward)(const T*, const T*, const T*, T*, const T*);
    void (*forward_relu)(const T*, const T*, const T*, T*, const T*);
    void (*forward_relu_skip)(const T*, const T*, const T*, T*, const T*);
    void (*input_gradient)(const T*, const T*, T*);
    void (*input_gradient_add)(const T*, const T*, T*);
};

template <class T>
void compare(const Depthwise& c, const Kernels<T>& k) {
    INFO(text_of(c));
    const Expected<T> expected(c);
    std::vector<T> split(expected.w.size());
    split_weights(c, expected.w.data(), split.data());
    const T* const w = split.data();

    Guarded<T> y(c.output.size());
    k.forward(expected.x.data(), w, nullptr, y.data(), nullptr);
    CHECK(y.differences(expected.y) == 0);
    y = Guarded<T>(c.output.size());
    k.forward(expected.x.data(), w, expected.bias.data(), y.data(), nullptr);
    CHECK(y.differences(expected.y_with_bias) == 0);
    y = Guarded<T>(c.output.size());
    k.forward_relu(expected.x.data(), w, expected.bias.data(), y.data(), nullptr);
    CHECK(y.differences(expected.y_relu) == 0);
    y = Guarded<T>(c.output.size());
    k.forward_relu_skip(expected.x.data(), w, expected.bias.data(), y.data(), expected.dy.data());
    CHECK(y.differences(expected.y_relu_skip) == 0);

    Guarded<T> dx(c.input.size());
    k.input_gradient(expected.dy.data(), w, dx.data());
    CHECK(dx.differences(expected.dx) == 0);
    dx = Guarded<T>(expected.old_x);
    k.input_gradient_add(expected.dy.data(), w, dx.data());
    CHECK(dx.differences(expected.dx_added) == 0);
}

template <class T, Depthwise C>
void check() {
    compare<T>(
        C, {depthwise_convolve<T, C>, depthwise_convolve<T, C, Epilogue{.activation = activation_of<activation::ReLU>}>,
            depthwise_convolve<T, C, Epilogue{.activation = activation_of<activation::ReLU>, .adds_skip = true}>,
            depthwise_convolve_input_gradient<T, C>, depthwise_convolve_input_gradient<T, C, Write::add>});
}

TEST_CASE("depthwise convolutions with padding are those of plain loops, bit by bit") {
    check<float, geometry({35, 3, 33}, {.padding = {1, 1}})>();
    check<float, geometry({5, 4, 70}, {.padding = {1, 1}})>();  // tiles that do not touch the border
    check<float, geometry({19, 9, 9}, {.kernel = {7, 7}, .padding = {3, 3}})>();
    check<double, geometry({13, 8, 18}, {.kernel = {5, 5}, .padding = {2, 2}})>();
}

TEST_CASE("depthwise convolutions without padding are those of plain loops, bit by bit") {
    check<float, geometry({18, 5, 37}, {.kernel = {3, 3}})>();
    check<float, geometry({6, 6, 24}, {.kernel = {2, 20}})>();  // more taps in a row than some machines have registers
}

TEST_CASE("depthwise convolutions with strides are those of plain loops, bit by bit") {
    check<float, geometry({17, 5, 70}, {.stride = {2, 2}, .padding = {1, 1}})>();
    check<float, geometry({3, 8, 31}, {.stride = {2, 2}, .padding = {1, 1}})>();
    check<float, geometry({4, 7, 9}, {.kernel = {1, 1}, .stride = {2, 3}})>();  // some pixels are read by none
    check<double, geometry({9, 10, 40}, {.kernel = {7, 5}, .stride = {3, 2}, .padding = {3, 1}})>();
}

TEST_CASE("depthwise convolutions of narrow images are those of plain loops, bit by bit") {
    check<float, geometry({85, 2, 2}, {.padding = {1, 1}})>();  // several packets in a tile
    check<float, geometry({50, 4, 4}, {.kernel = {5, 5}, .padding = {2, 2}})>();
    check<float, geometry({70, 1, 1}, {.stride = {2, 2}, .padding = {1, 1}})>();
    check<float, geometry({6, 3, 2}, {.kernel = {7, 9}, .stride = {2, 1}, .padding = {3, 4}})>();
    check<float, geometry({2, 3, 3}, {.kernel = {1, 1}, .padding = {1, 1}})>();  // y's border is the bias alone
}

TEST_CASE("depthwise convolutions of images with more channels than a block are those of plain loops, bit by bit") {
    check<float, geometry({150, 4, 64}, {.padding = {1, 1}})>();
}

TEST_CASE("dilated depthwise convolutions are those of plain loops, bit by bit") {
    check<float, geometry({18, 7, 40}, {.padding = {2, 2}, .dilation = {2, 2}})>();
    check<float, geometry({7, 11, 45}, {.stride = {2, 2}, .padding = {1, 3}, .dilation = {1, 3}})>();
    check<float, geometry({5, 9, 20}, {.kernel = {2, 3}, .stride = {1, 2}, .padding = {3, 4}, .dilation = {5, 4}})>();
}

TEST_CASE("depthwise convolutions with a multiplier are those of plain loops, bit by bit") {
    check<float, geometry({45, 5, 20}, {.padding = {1, 1}, .multiplier = 2})>();  // packets of each width, and a scalar
    check<float, geometry({18, 4, 5}, {.padding = {1, 1}, .multiplier = 3})>();
    check<float, geometry({16, 8, 9}, {.kernel = {7, 7}, .padding = {3, 3}, .multiplier = 4})>();
    check<float, geometry({17, 2, 3}, {.kernel = {1, 2}, .dilation = {1, 2}, .multiplier = 8})>();
    check<float, geometry({85, 2, 2}, {.padding = {1, 1}, .multiplier = 2})>();  // several packets in a tile
    check<double, geometry({9, 6, 7}, {.stride = {2, 2}, .padding = {1, 1}, .multiplier = 5})>();
    check<double, geometry({3, 3, 4}, {.padding = {1, 1}, .multiplier = 9})>();  // more than are computed together
}

TEST_CASE("split weights are in the order kernel, multiplier, channels") {
    const std::vector<float> w{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};  // 1 × 2 taps, 2 channels, multiplier 3
    std::vector<float> split(12);
    split_weights({.input = {2, 1, 1}, .output = {6, 1, 1}, .kernel = {1, 2}, .multiplier = 3}, w.data(), split.data());
    CHECK(split == std::vector<float>{1, 4, 2, 5, 3, 6, 10, 40, 20, 50, 30, 60});
}

}  // namespace depthwise_test
