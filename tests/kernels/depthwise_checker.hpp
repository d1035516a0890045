#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <norma/core/fixed_string.hpp>
#include <norma/kernels/depthwise.hpp>

#include "../support/convolution_products.hpp"
#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

/// Compares the kernels of a depthwise convolution with plain loops, bit by bit.
namespace depthwise_checker {

using namespace norma;
using namespace norma::kernels;

/// What a depthwise convolution has besides its input; the output is as large as it gets.
struct Window {
    Size kernel{3, 3};
    Size stride{1, 1};
    Size padding{0, 0};
    Size dilation{1, 1};
    int multiplier = 1;
};

constexpr Depthwise geometry(Extent input, const Window& w) {
    const auto outputs = [](int size, int kernel, int stride, int padding, int dilation) {
        return (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
    };
    return {input,
            {input.channels * w.multiplier,
             outputs(input.height, w.kernel.height, w.stride.height, w.padding.height, w.dilation.height),
             outputs(input.width, w.kernel.width, w.stride.width, w.padding.width, w.dilation.width)},
            w.kernel,
            w.stride,
            w.padding,
            w.dilation,
            w.multiplier};
}

/// Arrays of whole numbers for one geometry, and what plain loops make of them.
template <class T>
struct Expected {
    explicit Expected(const Depthwise& convolution) : c(convolution) {
        for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
            y[out] += x[in] * w[weight];
            dx[in] += dy[out] * w[weight];
            dw[weight] += x[in] * dy[out];
        });
        for (std::size_t i = 0; i < y.size(); ++i) {
            y_with_bias[i] = y[i] + bias[i % bias.size()];
            y_relu[i] = std::max(T(0), y_with_bias[i]);
            y_relu_skip[i] = y_relu[i] + dy[i];
            dbias[i % bias.size()] += dy[i];
        }
        for (std::size_t i = 0; i < dx.size(); ++i) dx_added[i] += dx[i];
    }

    Depthwise c;
    std::vector<T> x = whole_numbers<T>(c.input.size(), 1);
    std::vector<T> w = whole_numbers<T>(c.weight_count(), 2);
    std::vector<T> bias = whole_numbers<T>(c.output.channels, 3);
    std::vector<T> dy = whole_numbers<T>(c.output.size(), 4);
    std::vector<T> old_x = whole_numbers<T>(c.input.size(), 5, 100);
    std::vector<T> old_w = whole_numbers<T>(c.weight_count(), 6, 100);
    std::vector<T> old_bias = whole_numbers<T>(c.output.channels, 7, 100);

    std::vector<T> y = std::vector<T>(dy.size());
    std::vector<T> y_with_bias = y;
    std::vector<T> y_relu = y;
    std::vector<T> y_relu_skip = y;
    std::vector<T> dx = std::vector<T>(x.size());
    std::vector<T> dx_added = old_x;
    std::vector<T> dw = old_w;
    std::vector<T> dbias = old_bias;
};

inline std::string text_of(const Depthwise& c) {
    const auto size = [](Size s) { return std::to_string(s.height) + "x" + std::to_string(s.width); };
    return shape_text(c.input) + " to " + shape_text(c.output) + ", kernel " + size(c.kernel) + ", stride " +
           size(c.stride) + ", padding " + size(c.padding) + ", dilation " + size(c.dilation);
}

}  // namespace depthwise_checker
