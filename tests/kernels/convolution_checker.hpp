#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <norma/core/sentence.hpp>
#include <norma/kernels/convolution.hpp>
#include <norma/kernels/weight_gradient.hpp>

#include "../support/convolution_products.hpp"
#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

/// Compares all kernels of a convolution with plain loops, bit by bit. Several test files share it, for each geometry
/// takes the compiler seconds.
namespace convolution_checker {

using namespace norma;
using namespace norma::kernels;

/// The output as large as it gets.
constexpr Convolution geometry(Extent input, int outputs, Size kernel, Size stride = {1, 1}, Size padding = {0, 0}) {
    return {input,
            {outputs, Convolution::output_size(input.height, kernel.height, stride.height, padding.height),
             Convolution::output_size(input.width, kernel.width, stride.width, padding.width)},
            kernel,
            stride,
            padding};
}
/// A square kernel.
constexpr Convolution geometry(Extent input, int outputs, int kernel, int stride = 1, int padding = 0) {
    return geometry(input, outputs, Size{kernel, kernel}, {stride, stride}, {padding, padding});
}

/// What the kernels fetch meanwhile, of whatever array.
template <class T>
using Ahead = Prefetch<T, std::array{Stretch{0, 100}}>;

/// The kernels of one geometry, so that what compares them is compiled once.
template <class T>
struct Kernels {
    Convolution c;
    void (*forward)(const T*, const T*, const T*, T*, const T*, const Ahead<T>&);
    void (*forward_to_the_end)(const T*, const T*, const T*, T*, const T*,
                               const Ahead<T>&);  ///< ReLU and skip included
    void (*transpose)(const T*, T*);
    void (*input_gradient)(const T*, const T*, T*, const Ahead<T>&);
    void (*input_gradient_add)(const T*, const T*, T*, const Ahead<T>&);
    void (*weight_gradient)(const T*, const T*, T*, const Ahead<T>&);
    void (*bias_gradient)(const T*, T*);
};

template <class T, Convolution C>
Kernels<T> kernels_of() {
    return {C,
            convolve<T, C, Epilogue{}, Ahead<T>>,
            convolve<T, C, Epilogue{true, true}, Ahead<T>>,
            transpose_weights<T, C>,
            convolve_input_gradient<T, C, Write::assign, Ahead<T>>,
            convolve_input_gradient<T, C, Write::add, Ahead<T>>,
            convolve_weight_gradient<T, C, Ahead<T>>,
            convolve_bias_gradient<T, C>};
}

template <class T>
void compare(const Kernels<T>& k) {
    const Convolution& c = k.c;
    INFO(shape_text(c.input), " to ", shape_text(c.output), ", kernel ", c.kernel.height, "x", c.kernel.width,
         ", stride ", c.stride.height, "x", c.stride.width, ", padding ", c.padding.height, "x", c.padding.width);
    const std::vector<T> x = whole_numbers<T>(c.input.size(), 1);
    const std::vector<T> w = whole_numbers<T>(c.weight_count(), 2);
    const std::vector<T> bias = whole_numbers<T>(c.output.channels, 3);
    const std::vector<T> dy = whole_numbers<T>(c.output.size(), 4);
    const std::vector<T> skip = whole_numbers<T>(c.output.size(), 5, 100);
    const std::vector<T> old_x = whole_numbers<T>(c.input.size(), 6, 100);
    const std::vector<T> old_w = whole_numbers<T>(c.weight_count(), 7, 100);
    const std::vector<T> old_bias = whole_numbers<T>(c.output.channels, 8, 100);

    std::vector<T> y(dy.size());
    std::vector<T> dx(x.size());
    std::vector<T> dw = old_w;
    for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
        y[out] += x[in] * w[weight];
        dx[in] += dy[out] * w[weight];
        dw[weight] += x[in] * dy[out];
    });
    std::vector<T> y_with_bias = y;
    std::vector<T> y_to_the_end = skip;
    std::vector<T> dbias = old_bias;
    for (std::size_t i = 0; i < y.size(); ++i) {
        y_with_bias[i] += bias[i % bias.size()];
        y_to_the_end[i] += std::max(T(0), y_with_bias[i]);
        dbias[i % bias.size()] += dy[i];
    }
    std::vector<T> dx_added = old_x;
    for (std::size_t i = 0; i < dx.size(); ++i) dx_added[i] += dx[i];

    const Ahead<T> ahead{old_w.data()};
    const Ahead<T> nothing{};
    Guarded<T> out(c.output.size());
    k.forward(x.data(), w.data(), bias.data(), out.data(), nullptr, ahead);
    CHECK(out.differences(y_with_bias) == 0);
    out = Guarded<T>(c.output.size());
    k.forward(x.data(), w.data(), nullptr, out.data(), nullptr, nothing);
    CHECK(out.differences(y) == 0);
    out = Guarded<T>(c.output.size());
    k.forward_to_the_end(x.data(), w.data(), bias.data(), out.data(), skip.data(), ahead);
    CHECK(out.differences(y_to_the_end) == 0);

    // The order of the transposed weights is between the two kernels; here it only matters that none is lost.
    Guarded<T> transposed(c.weight_count());
    k.transpose(w.data(), transposed.data());
    CHECK(transposed.intact());
    const std::vector<T> turned = transposed.copy();
    CHECK(std::ranges::is_permutation(turned, w));

    Guarded<T> in(c.input.size());
    k.input_gradient(dy.data(), turned.data(), in.data(), ahead);
    CHECK(in.differences(dx) == 0);
    in = Guarded<T>(old_x);
    k.input_gradient_add(dy.data(), turned.data(), in.data(), ahead);
    CHECK(in.differences(dx_added) == 0);

    Guarded<T> weights(old_w);
    k.weight_gradient(x.data(), dy.data(), weights.data(), ahead);
    CHECK(weights.differences(dw) == 0);
    Guarded<T> biases(old_bias);
    k.bias_gradient(dy.data(), biases.data());
    CHECK(biases.differences(dbias) == 0);
}

/// All kernels of geometry `C`.
template <class T, Convolution C>
void check() {
    compare(kernels_of<T, C>());
}

}  // namespace convolution_checker
