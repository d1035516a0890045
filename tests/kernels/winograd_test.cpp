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
#include "../support/numbers.hpp"
#include "block_checker.hpp"

namespace winograd_test {

using namespace norma;
using namespace norma::kernels;
using namespace block_checker;

template <class T, Convolution C>
BlockKernels<T> kernels_of() {
    using N = ScalarOf<T>;
    constexpr Precision R = NumbersOf<T>::precision;
    return {
        C,
        static_cast<int>(winograd_weight_count(C)),
        [](int images, bool gradients) { return static_cast<int>(winograd_scratch(C, images, gradients)); },
        [](const N* w, N* u) { winograd_weights<N, R>(w, C.input.channels, C.output.channels, u); },
        [](const N* w, N* u) { winograd_transposed_weights<N, R>(w, C.input.channels, C.output.channels, u); },
        winograd_convolve<T, C, Epilogue{}, R, NoPrefetch>,
        winograd_convolve<T, C, Epilogue{activation_of<activation::ReLU>, true, C.output.channels + 3}, R, NoPrefetch>,
        winograd_input_gradient<T, C, Write::assign, R, NoPrefetch>,
        winograd_input_gradient<T, C, Write::add, R, NoPrefetch>,
        winograd_weight_gradient<T, C, R, NoPrefetch>};
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
    compare_with_plain_loops(kernels_of<float, geometry({16, 6, 6}, 32)>(), 1);
    compare_with_plain_loops(kernels_of<float, geometry({32, 2, 2}, 16)>(), 3);
    compare_with_plain_loops(kernels_of<float, geometry({32, 5, 7}, 48)>(), 2);
    compare_with_plain_loops(kernels_of<float, geometry({48, 4, 4}, 80, {1, 1}, 50, 83)>(), 2);
    compare_with_plain_loops(kernels_of<float, geometry({16, 7, 4}, 32, {0, 2})>(), 1);
    compare_with_plain_loops(kernels_of<float, geometry({32, 4, 5}, 32, {0, 0})>(), 1);
    compare_with_plain_loops(kernels_of<float, geometry({32, 3, 2}, 16, {2, 2})>(), 2);
    compare_with_plain_loops(kernels_of<float, geometry({16, 26, 24}, 32)>(), 1);  // several groups of tiles
    compare_with_plain_loops(kernels_of<double, geometry({32, 5, 6}, 48)>(), 2);
    compare_with_plain_loops(kernels_of<double, geometry({16, 3, 5}, 32, {2, 1}, 17, 40)>(), 1);
}

TEST_CASE("in pairs of bfloat16 numbers too, where all numbers are bfloat16 numbers") {
    compare_with_plain_loops(kernels_of<Bf16, geometry({16, 6, 6}, 32)>(), 1);
    compare_with_plain_loops(kernels_of<Bf16, geometry({32, 2, 2}, 16)>(), 3);  // an odd number of tiles
    compare_with_plain_loops(kernels_of<Bf16, geometry({48, 5, 7}, 48)>(), 2);  // an odd number of packets
    compare_with_plain_loops(kernels_of<Bf16, geometry({64, 4, 4}, 80, {1, 1}, 70, 83)>(), 2);
    compare_with_plain_loops(kernels_of<Bf16, geometry({16, 7, 4}, 32, {0, 2})>(), 1);
    compare_with_plain_loops(kernels_of<Bf16, geometry({80, 3, 4}, 96)>(), 1);
}

TEST_CASE("a block of weights is at most 64 channels wide: wider convolutions have several") {
    compare_with_plain_loops(kernels_of<float, geometry({80, 3, 4}, 96)>(), 1);
    compare_with_plain_loops(kernels_of<float, geometry({144, 2, 2}, 16)>(), 2);
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
