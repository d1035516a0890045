#include "norma/kernels/paired_convolution.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <norma/core/precision.hpp>
#include <norma/kernels/activations_hard.hpp>
#include <norma/kernels/paired_weight_gradient.hpp>

#include "../support/convolution_products.hpp"
#include "../support/numbers.hpp"
#include "block_checker.hpp"

namespace paired_convolution_test {

using namespace norma;
using namespace norma::kernels;
using namespace block_checker;

template <Convolution C>
BlockKernels<float> kernels_of() {
    static_assert(multiplies_in_pairs(C));
    constexpr Epilogue to_the_end{activation_of<activation::ReLU>, true, C.output.channels + 3};
    return {C,
            static_cast<int>(paired_weight_count(C)),
            [](int images, bool gradients) { return static_cast<int>(paired_scratch(C, images, gradients)); },
            pair_weights<float, C>,
            pair_transposed_weights<float, C>,
            convolve_pairs<float, C, Epilogue{}, NoPrefetch>,
            convolve_pairs<float, C, to_the_end, NoPrefetch>,
            convolve_pairs_input_gradient<float, C, Write::assign, NoPrefetch>,
            convolve_pairs_input_gradient<float, C, Write::add, NoPrefetch>,
            convolve_pairs_weight_gradient<float, C, NoPrefetch>};
}

/// A convolution; pitch 0 stands for no gaps.
constexpr Convolution geometry(Extent input, int outputs, Size kernel, Size stride, Size padding, Size dilation = {},
                               int input_pitch = 0, int output_pitch = 0) {
    const auto size = [](int in, int k, int s, int p, int d) { return Convolution::output_size(in, k, s, p, d); };
    return {.input = input,
            .output = {outputs, size(input.height, kernel.height, stride.height, padding.height, dilation.height),
                       size(input.width, kernel.width, stride.width, padding.width, dilation.width)},
            .kernel = kernel,
            .stride = stride,
            .padding = padding,
            .dilation = dilation,
            .input_pitch = input_pitch,
            .output_pitch = output_pitch};
}

TEST_CASE("convolutions in pairs are those of plain loops, where all numbers are bfloat16 numbers") {
    compare_with_plain_loops(kernels_of<geometry({16, 6, 6}, 32, {3, 3}, {2, 2}, {1, 1})>(), 2);
    compare_with_plain_loops(kernels_of<geometry({24, 5, 7}, 48, {3, 3}, {}, {1, 1})>(), 1);  // not whole packets
    compare_with_plain_loops(kernels_of<geometry({8, 4, 5}, 16, {1, 1}, {}, {0, 0})>(), 3);
    compare_with_plain_loops(kernels_of<geometry({40, 6, 5}, 16, {1, 1}, {2, 2}, {0, 0})>(), 2);
    compare_with_plain_loops(kernels_of<geometry({16, 9, 7}, 80, {2, 3}, {1, 2}, {0, 1}, {2, 1}, 18, 83)>(), 2);
    compare_with_plain_loops(kernels_of<geometry({72, 1, 1}, 48, {1, 1}, {}, {0, 0})>(), 5);
}

TEST_CASE("convolutions in pairs of many pixels and channels are cut into groups") {
    compare_with_plain_loops(kernels_of<geometry({256, 5, 5}, 64, {3, 3}, {}, {1, 1})>(), 12);  // images and channels
    compare_with_plain_loops(kernels_of<geometry({8, 47, 80}, 16, {1, 1}, {}, {0, 0})>(), 3);   // pairs of pixels
}

TEST_CASE("which convolutions multiply in pairs: those whose channels fill pairs and packets") {
    constexpr auto of = [](int inputs, int outputs, int groups = 1) {
        return Convolution{.input = {inputs, 2, 2}, .output = {outputs, 2, 2}, .groups = groups};
    };
    CHECK(multiplies_in_pairs(of(8, 16)));
    CHECK_FALSE(multiplies_in_pairs(of(3, 16)));
    CHECK_FALSE(multiplies_in_pairs(of(12, 16)));
    CHECK_FALSE(multiplies_in_pairs(of(16, 24)));
    CHECK_FALSE(multiplies_in_pairs(of(16, 32, 2)));
}

TEST_CASE("in pairs both factors are rounded to bfloat16, and the products are added in float") {
    constexpr Convolution c = geometry({16, 5, 5}, 16, {3, 3}, {2, 2}, {1, 1});
    const BlockKernels<float> k = kernels_of<c>();
    const std::vector<float> x = real_numbers<float>(c.input.size(), 1);
    const std::vector<float> w = real_numbers<float>(c.weight_count(), 2);
    const std::vector<float> dy = real_numbers<float>(c.output.size(), 3);
    std::vector<double> y(std::size_t(c.output.size()));
    std::vector<double> dx(x.size());
    std::vector<double> dw(w.size());
    const auto rounded = [](float value) { return double(float(Bf16(value))); };
    for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
        y[out] += rounded(x[in]) * rounded(w[weight]);
        dx[in] += rounded(dy[out]) * rounded(w[weight]);
        dw[weight] += rounded(x[in]) * rounded(dy[out]);
    });
    std::vector<float> prepared(std::size_t(k.weight_count));
    std::vector<float> scratch(std::size_t(k.scratch(1, true)));
    const auto compare = [](const std::vector<float>& found, const std::vector<double>& expected) {
        double worst = 0;
        for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::fabs(found[i] - expected[i]));
        CHECK(worst < 1e-5);
    };
    std::vector<float> found(y.size());
    k.weights(w.data(), prepared.data());
    k.forward({}, x.data(), prepared.data(), nullptr, found.data(), nullptr, scratch.data(), {});
    compare(found, y);
    found.assign(dx.size(), 0);
    k.transposed_weights(w.data(), prepared.data());
    k.input_gradient({}, dy.data(), prepared.data(), found.data(), scratch.data(), {});
    compare(found, dx);
    found.assign(dw.size(), 0);
    k.weight_gradient({}, x.data(), dy.data(), found.data(), scratch.data(), {});
    compare(found, dw);
}

TEST_CASE("in pairs a NaN, or an infinity times 0, reaches the outputs that read it") {
    constexpr Convolution c = geometry({16, 3, 3}, 16, {3, 3}, {2, 2}, {1, 1});
    const BlockKernels<float> k = kernels_of<c>();
    for (const float special : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                std::bit_cast<float>(0x7f800001u)}) {
        std::vector<float> x(std::size_t(c.input.size()), 1.0f);
        x[0] = special;
        std::vector<float> w(std::size_t(c.weight_count()), 0.0f);
        std::vector<float> prepared(std::size_t(k.weight_count));
        std::vector<float> scratch(std::size_t(k.scratch(1, true)));
        std::vector<float> y(std::size_t(c.output.size()));
        k.weights(w.data(), prepared.data());
        k.forward({}, x.data(), prepared.data(), nullptr, y.data(), nullptr, scratch.data(), {});
        CHECK(std::isnan(y.front()));
        CHECK(y.back() == 0);
        std::vector<float> dw(w.size());
        k.weight_gradient({}, x.data(), y.data(), dw.data(), scratch.data(), {});
        CHECK(std::isnan(dw[std::size_t(4 * 16 * 16)]));  // the tap in the middle, channel 0
    }
}

}  // namespace paired_convolution_test
