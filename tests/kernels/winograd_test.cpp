#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <norma/core/fixed_string.hpp>
#include <norma/kernels/activations_hard.hpp>
#include <norma/kernels/winograd.hpp>
#include <norma/kernels/winograd_gradient.hpp>
#include <norma/kernels/winograd_weights.hpp>

#include "../support/convolution_products.hpp"
#include "../support/guarded.hpp"
#include "../support/numbers.hpp"

namespace winograd_test {

using namespace norma;
using namespace norma::kernels;

/// Several images in one array: between the pixels and between the images there are gaps.
struct Block {
    int count;
    Extent extent;
    int pitch;
    int gap;

    int image() const { return extent.pixels() * pitch + gap; }
    int size() const { return count * image(); }
    bool is_gap(int i) const {
        const int in_image = i % image();
        return in_image >= extent.pixels() * pitch || in_image % pitch >= extent.channels;
    }
    /// `numbers` with `value` in the gaps.
    template <class T>
    std::vector<T> filled(std::vector<T> numbers, T value) const {
        for (int i = 0; i < size(); ++i) {
            if (is_gap(i)) numbers[std::size_t(i)] = value;
        }
        return numbers;
    }
    /// Whole numbers to read; NaN in the gaps.
    template <class T>
    std::vector<T> input(std::uint64_t seed, int most = 6) const {
        return filled(whole_numbers<T>(size(), seed, most), std::numeric_limits<T>::quiet_NaN());
    }
    /// NaN to overwrite; numbers that must not change in the gaps.
    template <class T>
    Guarded<T> output() const {
        return Guarded<T>(filled(std::vector<T>(std::size_t(size()), std::numeric_limits<T>::quiet_NaN()), T(77)));
    }
};

/// The kernels of one geometry, so that what compares them is compiled once.
template <class T>
struct Kernels {
    Convolution c;
    void (*weights)(const T*, int, int, T*);
    void (*transposed_weights)(const T*, int, int, T*);
    void (*forward)(const Images&, const T*, const T*, const T*, T*, const T*, T*, const NoPrefetch&);
    void (*forward_to_the_end)(const Images&, const T*, const T*, const T*, T*, const T*, T*, const NoPrefetch&);
    void (*input_gradient)(const Images&, const T*, const T*, T*, T*, const NoPrefetch&);
    void (*input_gradient_add)(const Images&, const T*, const T*, T*, T*, const NoPrefetch&);
    void (*weight_gradient)(const Images&, const T*, const T*, T*, T*, const NoPrefetch&);
};

template <class T, Convolution C, Precision R = Precision::scalar>
Kernels<T> kernels_of() {
    return {
        C,
        winograd_weights<T, R>,
        winograd_transposed_weights<T, R>,
        winograd_convolve<T, C, Epilogue{}, R, NoPrefetch>,
        winograd_convolve<T, C, Epilogue{activation_of<activation::ReLU>, true, C.output.channels + 3}, R, NoPrefetch>,
        winograd_input_gradient<T, C, Write::assign, R, NoPrefetch>,
        winograd_input_gradient<T, C, Write::add, R, NoPrefetch>,
        winograd_weight_gradient<T, C, R, NoPrefetch>};
}

/// Sums of whole numbers are exact in both algorithms, so all bits agree: the weights are multiples of 4, which the
/// factor ¼ leaves whole.
template <class T>
void compare(const Kernels<T>& k, int images) {
    const Convolution& c = k.c;
    INFO(images, " of ", shape_text(c.input), " to ", shape_text(c.output), ", padding ", c.padding.height, "x",
         c.padding.width, ", pitches ", c.input_pitch, " and ", c.output_pitch);
    const Block input{images, c.input, c.input_step(), 5};
    const Block output{images, c.output, c.output_step(), 7};
    const Block skips{images, c.output, c.output.channels + 3, 1};
    const std::vector<T> x = input.input<T>(1);
    const std::vector<T> dy = output.input<T>(2);
    const std::vector<T> skip = skips.input<T>(3, 100);
    const std::vector<T> bias = whole_numbers<T>(c.output.channels, 4);
    const std::vector<T> old_x = input.filled(whole_numbers<T>(input.size(), 5, 100), T(77));
    const std::vector<T> old_w = whole_numbers<T>(c.weight_count(), 6, 100);
    std::vector<T> w = whole_numbers<T>(c.weight_count(), 7);
    for (T& value : w) value *= 4;

    std::vector<T> y(std::size_t(output.size()));
    std::vector<T> dx(std::size_t(input.size()));
    std::vector<T> dw = old_w;
    for (int n = 0; n < images; ++n) {
        const std::size_t in_image = std::size_t(n * input.image());
        const std::size_t out_image = std::size_t(n * output.image());
        for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
            y[out_image + out] += x[in_image + in] * w[weight];
            dx[in_image + in] += dy[out_image + out] * w[weight];
            dw[weight] += x[in_image + in] * dy[out_image + out];
        });
    }
    std::vector<T> y_to_the_end = y;
    std::vector<T> dx_added = old_x;
    for (std::size_t i = 0; i < dx.size(); ++i) dx_added[i] += dx[i];
    for (int i = 0; i < output.size(); ++i) {
        if (output.is_gap(i)) continue;
        const int pixel = i % output.image() / output.pitch;
        const int channel = i % output.image() % output.pitch;
        const int at = i / output.image() * skips.image() + pixel * skips.pitch + channel;
        T& value = y_to_the_end[std::size_t(i)];
        value = std::max(T(0), value + bias[std::size_t(channel)]) + skip[std::size_t(at)];
    }

    Guarded<T> u(static_cast<int>(winograd_weight_count(c)));
    k.weights(w.data(), c.input.channels, c.output.channels, u.data());
    Guarded<T> transposed(static_cast<int>(winograd_weight_count(c)));
    k.transposed_weights(w.data(), c.input.channels, c.output.channels, transposed.data());
    CHECK(u.intact());
    CHECK(transposed.intact());
    Guarded<T> scratch(static_cast<int>(winograd_scratch(c, images, false)));
    const auto in = input.image(), out = output.image();

    Guarded<T> found = output.output<T>();
    k.forward({images, in, out}, x.data(), u.data(), nullptr, found.data(), nullptr, scratch.data(), {});
    CHECK(found.differences(output.filled(y, T(77))) == 0);
    found = output.output<T>();
    k.forward_to_the_end({images, in, out, skips.image()}, x.data(), u.data(), bias.data(), found.data(), skip.data(),
                         scratch.data(), {});
    CHECK(found.differences(output.filled(y_to_the_end, T(77))) == 0);
    CHECK(scratch.intact());

    scratch = Guarded<T>(static_cast<int>(winograd_scratch(c, images, true)));
    found = input.output<T>();
    k.input_gradient({images, out, in}, dy.data(), transposed.data(), found.data(), scratch.data(), {});
    CHECK(found.differences(input.filled(dx, T(77))) == 0);
    found = Guarded<T>(old_x);
    k.input_gradient_add({images, out, in}, dy.data(), transposed.data(), found.data(), scratch.data(), {});
    CHECK(found.differences(input.filled(dx_added, T(77))) == 0);
    found = Guarded<T>(old_w);
    k.weight_gradient({images, in, out}, x.data(), dy.data(), found.data(), scratch.data(), {});
    CHECK(found.differences(dw) == 0);
    CHECK(scratch.intact());
}

/// A convolution of 3×3 taps.
constexpr Convolution geometry(Extent input, int outputs, Size padding = {1, 1}, int input_pitch = 0,
                               int output_pitch = 0) {
    return {.input = input,
            .output = {outputs, input.height + 2 * padding.height - 2, input.width + 2 * padding.width - 2},
            .kernel = {3, 3},
            .padding = padding,
            .input_pitch = input_pitch,
            .output_pitch = output_pitch};
}

TEST_CASE("convolutions by Winograd's algorithm are those of plain loops, bit by bit") {
    compare(kernels_of<float, geometry({16, 6, 6}, 32)>(), 1);
    compare(kernels_of<float, geometry({32, 2, 2}, 16)>(), 3);
    compare(kernels_of<float, geometry({32, 5, 7}, 48)>(), 2);
    compare(kernels_of<float, geometry({48, 4, 4}, 80, {1, 1}, 50, 83)>(), 2);
    compare(kernels_of<float, geometry({16, 7, 4}, 32, {0, 2})>(), 1);
    compare(kernels_of<float, geometry({32, 4, 5}, 32, {0, 0})>(), 1);
    compare(kernels_of<float, geometry({32, 3, 2}, 16, {2, 2})>(), 2);
    compare(kernels_of<float, geometry({16, 26, 24}, 32)>(), 1);  // several groups of tiles
    compare(kernels_of<double, geometry({32, 5, 6}, 48)>(), 2);
    compare(kernels_of<double, geometry({16, 3, 5}, 32, {2, 1}, 17, 40)>(), 1);
}

TEST_CASE("in pairs of bfloat16 numbers too, where all numbers are bfloat16 numbers") {
    constexpr Precision bf16 = Precision::bf16;
    compare(kernels_of<float, geometry({16, 6, 6}, 32), bf16>(), 1);
    compare(kernels_of<float, geometry({32, 2, 2}, 16), bf16>(), 3);  // an odd number of tiles
    compare(kernels_of<float, geometry({48, 5, 7}, 48), bf16>(), 2);  // an odd number of packets
    compare(kernels_of<float, geometry({64, 4, 4}, 80, {1, 1}, 70, 83), bf16>(), 2);
    compare(kernels_of<float, geometry({16, 7, 4}, 32, {0, 2}), bf16>(), 1);
    compare(kernels_of<float, geometry({80, 3, 4}, 96), bf16>(), 1);
}

TEST_CASE("a block of weights is at most 64 channels wide: wider convolutions have several") {
    compare(kernels_of<float, geometry({80, 3, 4}, 96)>(), 1);
    compare(kernels_of<float, geometry({144, 2, 2}, 16)>(), 2);
}

TEST_CASE("the rounding error of Winograd's algorithm is about that of a direct convolution") {
    constexpr Convolution c = geometry({64, 8, 8}, 64);
    const std::vector<float> x = real_numbers<float>(c.input.size(), 1);
    const std::vector<float> w = real_numbers<float>(c.weight_count(), 2);
    std::vector<double> exact(std::size_t(c.output.size()));
    std::vector<float> direct(exact.size());
    std::vector<float> fast(exact.size());
    for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
        exact[out] += double(x[in]) * double(w[weight]);
    });
    convolve<float, c>(x.data(), w.data(), nullptr, direct.data());
    std::vector<float> u(std::size_t(winograd_weight_count(c)));
    std::vector<float> scratch(std::size_t(winograd_scratch(c, 1, false)));
    winograd_weights(w.data(), c.input.channels, c.output.channels, u.data());
    winograd_convolve<float, c>({}, x.data(), u.data(), nullptr, fast.data(), nullptr, scratch.data());
    const auto error = [&](const std::vector<float>& found) {
        double sum = 0;
        for (std::size_t i = 0; i < exact.size(); ++i) sum += (found[i] - exact[i]) * (found[i] - exact[i]);
        return std::sqrt(sum / double(exact.size()));
    };
    CHECK(error(direct) > 0);
    CHECK(error(fast) < error(direct));

    std::vector<float> in_bf16(exact.size());
    winograd_weights<float, Precision::bf16>(w.data(), c.input.channels, c.output.channels, u.data());
    winograd_convolve<float, c, Epilogue{}, Precision::bf16>({}, x.data(), u.data(), nullptr, in_bf16.data(), nullptr,
                                                             scratch.data());
    double sum = 0;
    for (const double value : exact) sum += value * value;
    const double size = std::sqrt(sum / double(exact.size()));
    CHECK(error(in_bf16) > 1e-4 * size);
    CHECK(error(in_bf16) < 1e-2 * size);
}

}  // namespace winograd_test
