#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <norma/core/fixed_string.hpp>
#include <norma/kernels/activations_hard.hpp>
#include <norma/kernels/convolution.hpp>
#include <norma/kernels/weight_gradient.hpp>
#include <norma/kernels/weight_order.hpp>

#include "../support/convolution_products.hpp"
#include "../support/guarded.hpp"
#include "../support/numbers.hpp"
#include "image.hpp"

/// Compares all kernels of a convolution with plain loops, bit by bit. Several test files share it, for each geometry
/// takes the compiler seconds.
namespace convolution_checker {

using namespace norma;
using namespace norma::kernels;

/// `c` with an output as high and wide as it gets.
constexpr Convolution with_output_size(Convolution c) {
    c.output.height =
        Convolution::output_size(c.input.height, c.kernel.height, c.stride.height, c.padding.height, c.dilation.height);
    c.output.width =
        Convolution::output_size(c.input.width, c.kernel.width, c.stride.width, c.padding.width, c.dilation.width);
    return c;
}
constexpr Convolution geometry(Extent input, int outputs, Size kernel, Size stride = {1, 1}, Size padding = {0, 0}) {
    return with_output_size({input, {outputs, 1, 1}, kernel, stride, padding});
}
/// A square kernel.
constexpr Convolution geometry(Extent input, int outputs, int kernel, int stride = 1, int padding = 0) {
    return geometry(input, outputs, Size{kernel, kernel}, {stride, stride}, {padding, padding});
}

/// What the kernels fetch meanwhile, of whatever array.
using Ahead = Prefetch;

/// The kernels of one geometry, so that what compares them is compiled once.
template <class T>
struct Kernels {
    Convolution c;
    int skip_pitch;
    using Forward = void (*)(const T*, const T*, const T*, T*, const T*, const Ahead&, const Images&);
    using Gradient = void (*)(const T*, const T*, T*, const Ahead&, const Images&);
    Forward forward;
    Forward forward_to_the_end;  ///< ReLU and skip included
    Forward forward_packed;
    void (*pack)(const T*, T*);
    void (*transpose)(const T*, T*);
    Gradient input_gradient;
    Gradient input_gradient_add;
    Gradient weight_gradient;
    void (*bias_gradient)(const T*, T*);
};

template <class T, Convolution C, int SkipPitch>
Kernels<T> kernels_of() {
    return {C,
            SkipPitch != 0 ? SkipPitch : C.output.channels,
            convolve<T, C, Epilogue{}, false, Ahead>,
            convolve<T, C, Epilogue{activation_of<activation::ReLU>, true, SkipPitch}, false, Ahead>,
            convolve<T, C, Epilogue{}, true, Ahead>,
            pack_weights<T, C>,
            transpose_weights<T, C>,
            convolve_input_gradient<T, C, Write::assign, Ahead>,
            convolve_input_gradient<T, C, Write::add, Ahead>,
            convolve_weight_gradient<T, C, Ahead>,
            convolve_bias_gradient<T, C>};
}

template <class T>
void compare(const Kernels<T>& k) {
    const Convolution& c = k.c;
    INFO(shape_text(c.input), " to ", shape_text(c.output), ", kernel ", c.kernel.height, "x", c.kernel.width,
         ", stride ", c.stride.height, "x", c.stride.width, ", padding ", c.padding.height, "x", c.padding.width,
         ", dilation ", c.dilation.height, "x", c.dilation.width, ", groups ", c.groups, ", pitches ", c.input_pitch,
         " and ", c.output_pitch);
    const Image input{c.input.pixels(), c.input.channels, c.input_step()};
    const Image output{c.output.pixels(), c.output.channels, c.output_step()};
    const Image skips{c.output.pixels(), c.output.channels, k.skip_pitch};
    const std::vector<T> x = input.numbers<T>(1);
    const std::vector<T> w = whole_numbers<T>(c.weight_count(), 2);
    const std::vector<T> bias = whole_numbers<T>(c.output.channels, 3);
    const std::vector<T> dy = output.numbers<T>(4);
    const std::vector<T> skip = skips.numbers<T>(5, 100);
    const std::vector<T> old_x = input.numbers<T>(6, 100);
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
    std::vector<T> y_to_the_end = y;
    std::vector<T> dbias = old_bias;
    for (int pixel = 0; pixel < output.pixels; ++pixel) {
        for (int channel = 0; channel < output.channels; ++channel) {
            const auto i = static_cast<std::size_t>(pixel * output.pitch + channel);
            const auto of_channel = static_cast<std::size_t>(channel);
            y_with_bias[i] += bias[of_channel];
            y_to_the_end[i] =
                std::max(T(0), y_with_bias[i]) + skip[static_cast<std::size_t>(pixel * skips.pitch + channel)];
            dbias[of_channel] += dy[i];
        }
    }
    std::vector<T> dx_added = old_x;
    for (std::size_t i = 0; i < dx.size(); ++i) dx_added[i] += dx[i];

    static constexpr std::array ranges{ArrayRange{0, 400}};
    const Ahead ahead{reinterpret_cast<const std::byte*>(old_w.data()), ranges};
    const Ahead nothing{};
    Guarded<T> out = output.output<T>();
    k.forward(x.data(), w.data(), bias.data(), out.data(), nullptr, ahead, {});
    CHECK(out.differences(output.filled(y_with_bias)) == 0);
    out = output.output<T>();
    k.forward(x.data(), w.data(), nullptr, out.data(), nullptr, nothing, {});
    CHECK(out.differences(output.filled(y)) == 0);
    out = output.output<T>();
    k.forward_to_the_end(x.data(), w.data(), bias.data(), out.data(), skip.data(), ahead, {});
    CHECK(out.differences(output.filled(y_to_the_end)) == 0);

    // The order of packed and of transposed weights is between the two kernels; here it only matters that none is lost.
    Guarded<T> transposed(c.weight_count());
    k.transpose(w.data(), transposed.data());
    CHECK(transposed.intact());
    const std::vector<T> turned = transposed.copy();
    CHECK(std::ranges::is_permutation(turned, w));
    Guarded<T> packed(c.weight_count());
    k.pack(w.data(), packed.data());
    CHECK(packed.intact());
    CHECK(std::ranges::is_permutation(packed.copy(), w));
    out = output.output<T>();
    k.forward_packed(x.data(), packed.data(), bias.data(), out.data(), nullptr, ahead, {});
    CHECK(out.differences(output.filled(y_with_bias)) == 0);

    Guarded<T> in = input.output<T>();
    k.input_gradient(dy.data(), turned.data(), in.data(), ahead, {});
    CHECK(in.differences(input.filled(dx)) == 0);
    in = input.output(old_x);
    k.input_gradient_add(dy.data(), turned.data(), in.data(), ahead, {});
    CHECK(in.differences(input.filled(dx_added)) == 0);

    Guarded<T> weights(old_w);
    k.weight_gradient(x.data(), dy.data(), weights.data(), ahead, {});
    CHECK(weights.differences(dw) == 0);
    // Two images in one call: the second is twice the first, after a gap.
    constexpr int gap = 3;
    const auto twice = [](const std::vector<T>& image, T between) {
        std::vector<T> both = image;
        both.insert(both.end(), gap, between);
        for (const T value : image) both.push_back(2 * value);
        return both;
    };
    const T nan = std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> both_x = twice(x, nan);
    const std::vector<T> both_dy = twice(dy, nan);
    const Images images{2, input.size() + gap, output.size() + gap, 0};
    const auto unchanged = [](const Image& image, std::vector<T> numbers) {  // the second image's gaps are not doubled
        const std::size_t second = std::size_t(image.size() + gap);
        for (std::size_t i = 0; i < std::size_t(image.size()); ++i) {
            if (image.is_gap(i)) numbers[i] = numbers[second + i] = T(77);
        }
        return numbers;
    };
    Guarded<T> both(unchanged(output, twice(std::vector<T>(y.size(), nan), T(77))));
    k.forward(both_x.data(), w.data(), nullptr, both.data(), nullptr, ahead, images);
    CHECK(both.differences(unchanged(output, twice(y, T(77)))) == 0);
    both = Guarded<T>(unchanged(input, twice(std::vector<T>(x.size(), nan), T(77))));
    k.input_gradient(both_dy.data(), turned.data(), both.data(), ahead, {2, images.target, images.source, 0});
    CHECK(both.differences(unchanged(input, twice(dx, T(77)))) == 0);
    weights = Guarded<T>(old_w);
    k.weight_gradient(both_x.data(), both_dy.data(), weights.data(), ahead, images);
    std::vector<T> both_dw = old_w;
    for (std::size_t i = 0; i < dw.size(); ++i) both_dw[i] += 5 * (dw[i] - old_w[i]);
    CHECK(weights.differences(both_dw) == 0);

    Guarded<T> biases(old_bias);
    k.bias_gradient(dy.data(), biases.data());
    CHECK(biases.differences(dbias) == 0);
}

/// All kernels of geometry `C`.
template <class T, Convolution C, int SkipPitch = 0>
void check() {
    compare(kernels_of<T, C, SkipPitch>());
}

}  // namespace convolution_checker
