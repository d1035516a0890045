#include "norma/kernels/transposed_convolution.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "image.hpp"
#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/weight_order.hpp"

namespace transposed_convolution_test {

using namespace norma;
using namespace norma::kernels;

namespace {
/// Calls `visit(x, w, y)` with indices for every product x · w that is added to y: the definition of ConvTranspose2d.
/// `c` is the convolution back.
template <class Visit>
void for_each_transposed_product(const Convolution& c, int x_pitch, int y_pitch, const Visit& visit) {
    const Extent x = c.output;
    const Extent y = c.input;
    const int inputs = x.channels / c.groups;
    const int outputs = y.channels / c.groups;
    for (int ix = 0; ix < x.pixels(); ++ix) {
        for (int tap = 0; tap < c.kernel.pixels(); ++tap) {
            const int row =
                ix / x.width * c.stride.height - c.padding.height + tap / c.kernel.width * c.dilation.height;
            const int column =
                ix % x.width * c.stride.width - c.padding.width + tap % c.kernel.width * c.dilation.width;
            if (row < 0 || row >= y.height || column < 0 || column >= y.width) continue;
            for (int i = 0; i < x.channels; ++i) {
                for (int o = 0; o < outputs; ++o) {
                    visit(static_cast<std::size_t>(ix * x_pitch + i),
                          static_cast<std::size_t>((tap * outputs + o) * x.channels + i),
                          static_cast<std::size_t>((row * y.width + column) * y_pitch + i / inputs * outputs + o));
                }
            }
        }
    }
}

template <class T, Convolution C>
void compare() {
    const Image input{C.output.pixels(), C.output.channels, C.output_step()};
    const Image output{C.input.pixels(), C.input.channels, C.input_step()};
    const std::vector<T> x = input.numbers<T>(1);
    const std::vector<T> w = whole_numbers<T>(C.weight_count(), 2);
    const std::vector<T> bias = whole_numbers<T>(output.channels, 3);
    const std::vector<T> dy = output.numbers<T>(4);
    const std::vector<T> skip = whole_numbers<T>(C.input.size(), 5, 100);
    const std::vector<T> old_x = input.numbers<T>(6, 100);
    const std::vector<T> old_w = whole_numbers<T>(C.weight_count(), 7, 100);
    const std::vector<T> old_bias = whole_numbers<T>(output.channels, 8, 100);

    std::vector<T> y(dy.size());
    std::vector<T> dx(x.size());
    std::vector<T> dx_added = old_x;
    std::vector<T> dw = old_w;
    for_each_transposed_product(C, input.pitch, output.pitch, [&](std::size_t in, std::size_t weight, std::size_t out) {
        y[out] += x[in] * w[weight];
        dx[in] += dy[out] * w[weight];
        dx_added[in] += dy[out] * w[weight];
        dw[weight] += x[in] * dy[out];
    });
    std::vector<T> y_to_the_end = y;
    std::vector<T> dbias = old_bias;
    for (int pixel = 0; pixel < output.pixels; ++pixel) {
        for (int channel = 0; channel < output.channels; ++channel) {
            const auto i = static_cast<std::size_t>(pixel * output.pitch + channel);
            const auto of_channel = static_cast<std::size_t>(channel);
            y[i] += bias[of_channel];
            y_to_the_end[i] = std::max(T(0), y[i]) + skip[static_cast<std::size_t>(pixel * output.channels + channel)];
            dbias[of_channel] += dy[i];
        }
    }

    std::vector<T> transposed(w.size());
    transpose_weights<T, C>(w.data(), transposed.data());
    Guarded<T> out = output.output<T>();
    convolve_transposed<T, C>(x.data(), transposed.data(), bias.data(), out.data());
    CHECK(out.differences(output.filled(y)) == 0);
    out = output.output<T>();
    convolve_transposed<T, C, Epilogue{activation_of<activation::ReLU>, true}>(x.data(), transposed.data(), bias.data(),
                                                                               out.data(), skip.data());
    CHECK(out.differences(output.filled(y_to_the_end)) == 0);

    Guarded<T> in = input.output<T>();
    convolve_transposed_input_gradient<T, C>(dy.data(), w.data(), in.data());
    CHECK(in.differences(input.filled(dx)) == 0);
    in = input.output(old_x);
    convolve_transposed_input_gradient<T, C, Write::add>(dy.data(), w.data(), in.data());
    CHECK(in.differences(input.filled(dx_added)) == 0);

    Guarded<T> weights(old_w);
    convolve_transposed_weight_gradient<T, C>(x.data(), dy.data(), weights.data());
    CHECK(weights.differences(dw) == 0);
    Guarded<T> biases(old_bias);
    convolve_transposed_bias_gradient<T, C>(dy.data(), biases.data());
    CHECK(biases.differences(dbias) == 0);
}

constexpr Convolution sliced(Convolution c, int input_pitch, int output_pitch) {
    c.output_pitch = input_pitch;
    c.input_pitch = output_pitch;
    return c;
}
}  // namespace

TEST_CASE("transposed convolutions and their gradients are those of plain loops, bit by bit") {
    compare<float, transposed_convolution({16, 4, 9}, 8, {2, 2}, {2, 2})>();
    compare<float, transposed_convolution({5, 3, 6}, 17, {3, 3}, {2, 2}, {1, 1}, {1, 1})>();
    compare<float, transposed_convolution({3, 4, 5}, 6, {2, 3}, {3, 1}, {0, 2}, {2, 0})>();
    compare<double, transposed_convolution({4, 3, 4}, 3, {3, 3}, {1, 1}, {1, 1})>();
}

TEST_CASE("transposed convolutions with dilation, groups and slices are those of plain loops, bit by bit") {
    compare<float, transposed_convolution({4, 5, 4}, 8, {3, 2}, {2, 1}, {1, 0}, {0, 1}, {2, 3})>();
    compare<float, transposed_convolution({6, 4, 4}, 9, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 3)>();
    compare<float, sliced(transposed_convolution({6, 4, 7}, 10, {4, 4}, {2, 2}, {1, 1}, {0, 0}, {1, 1}, 2), 7, 12)>();
    // Pixels that an output padding above the stride adds, and that see nothing.
    compare<double, transposed_convolution({2, 3, 3}, 5, {2, 2}, {1, 1}, {0, 0}, {2, 3}, {4, 4})>();
}

TEST_CASE("a transposed convolution's output has PyTorch's size") {
    constexpr Convolution c =
        transposed_convolution({16, 12, 10}, 33, {3, 5}, {2, 1}, {4, 2}, {1, 0}, {3, 1});  // 33x22x10
    CHECK(c.input == Extent{33, 22, 10});
    CHECK(c.output == Extent{16, 12, 10});
    CHECK(c.weight_count() == 16 * 33 * 15);
    CHECK(transposed_convolution({1, 1, 1}, 1, {1, 1}, {1, 1}, {1, 1}).input == Extent{1, 0, 0});
}

}  // namespace transposed_convolution_test
