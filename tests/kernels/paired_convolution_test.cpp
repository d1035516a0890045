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
BlockKernels<Bf16> kernels_of() {
    static_assert(multiplies_in_pairs(C));
    constexpr Epilogue to_the_end{activation_of<activation::ReLU>, true, C.output.channels + 3};
    constexpr auto forward = []<Epilogue E>() -> BlockKernels<Bf16>::Forward {
        return [](const Images& images, const Bf16* x, const float* w, const float* bias, Bf16* y, const Bf16* skip,
                  float*, const NoPrefetch& ahead) { convolve_pairs<C, E>(images, x, w, bias, y, skip, ahead); };
    };
    constexpr auto backward = []<Write W>() -> BlockKernels<Bf16>::InputGradient {
        return [](const Images& images, const Bf16* dy, const float* w, Bf16* dx, float*, const NoPrefetch& ahead) {
            convolve_pairs_input_gradient<C, W>(images, dy, w, dx, ahead);
        };
    };
    return {C,
            static_cast<int>(paired_weight_count(C)),
            [](int images, bool gradients) { return gradients ? static_cast<int>(paired_scratch(C, images)) : 0; },
            pair_weights<C>,
            pair_transposed_weights<C>,
            forward.template operator()<Epilogue{}>(),
            forward.template operator()<to_the_end>(),
            backward.template operator()<Write::assign>(),
            backward.template operator()<Write::add>(),
            convolve_pairs_weight_gradient<C, NoPrefetch>};
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
    compare_with_plain_loops(kernels_of<geometry({16, 9, 7}, 80, {2, 3}, {1, 2}, {0, 1}, {2, 1}, 18, 84)>(), 2);
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

TEST_CASE("in pairs the weights are rounded to bfloat16, the products are added in float, and the sums are rounded") {
    constexpr Convolution c = geometry({16, 5, 5}, 16, {3, 3}, {2, 2}, {1, 1});
    const BlockKernels<Bf16> k = kernels_of<c>();
    const std::vector<Bf16> x = real_numbers<Bf16>(c.input.size(), 1);
    const std::vector<float> w = real_numbers<float>(c.weight_count(), 2);
    const std::vector<Bf16> dy = real_numbers<Bf16>(c.output.size(), 3);
    std::vector<double> y(std::size_t(c.output.size()));
    std::vector<double> dx(x.size());
    std::vector<double> dw(w.size());
    for_each_product(c, [&](std::size_t in, std::size_t weight, std::size_t out) {
        const double rounded = float(Bf16(w[weight]));
        y[out] += double(x[in]) * rounded;
        dx[in] += double(dy[out]) * rounded;
        dw[weight] += double(x[in]) * double(dy[out]);
    });
    std::vector<float> prepared(std::size_t(k.weight_count));
    std::vector<float> scratch(std::size_t(k.scratch(1, true)));
    const auto compare = [](const auto& found, const std::vector<double>& expected, double relative) {
        double worst = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            worst = std::max(worst, std::fabs(double(found[i]) - expected[i]) - relative * std::fabs(expected[i]));
        }
        CHECK(worst < 1e-5);
    };
    constexpr double half_a_unit = 1.0 / 256;
    std::vector<Bf16> found(y.size());
    k.weights(w.data(), prepared.data());
    k.forward({}, x.data(), prepared.data(), nullptr, found.data(), nullptr, scratch.data(), {});
    compare(found, y, half_a_unit);
    found.assign(dx.size(), Bf16(0));
    k.transposed_weights(w.data(), prepared.data());
    k.input_gradient({}, dy.data(), prepared.data(), found.data(), scratch.data(), {});
    compare(found, dx, half_a_unit);
    std::vector<float> found_dw(dw.size());
    k.weight_gradient({}, x.data(), dy.data(), found_dw.data(), scratch.data(), {});
    compare(found_dw, dw, 0);
}

TEST_CASE("in pairs a NaN, or an infinity times 0, reaches the outputs that read it") {
    constexpr Convolution c = geometry({16, 3, 3}, 16, {3, 3}, {2, 2}, {1, 1});
    const BlockKernels<Bf16> k = kernels_of<c>();
    for (const float special : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                std::bit_cast<float>(0x7f800001u)}) {
        std::vector<Bf16> x(std::size_t(c.input.size()), Bf16(1));
        x[0] = Bf16(special);
        std::vector<float> w(std::size_t(c.weight_count()), 0.0f);
        std::vector<float> prepared(std::size_t(k.weight_count));
        std::vector<float> scratch(std::size_t(k.scratch(1, true)));
        std::vector<Bf16> y(std::size_t(c.output.size()));
        k.weights(w.data(), prepared.data());
        k.forward({}, x.data(), prepared.data(), nullptr, y.data(), nullptr, scratch.data(), {});
        CHECK(std::isnan(float(y.front())));
        CHECK(float(y.back()) == 0);
        std::vector<float> dw(w.size());
        k.weight_gradient({}, x.data(), y.data(), dw.data(), scratch.data(), {});
        CHECK(std::isnan(dw[std::size_t(4 * 16 * 16)]));  // the tap in the middle, channel 0
    }
}

}  // namespace paired_convolution_test
