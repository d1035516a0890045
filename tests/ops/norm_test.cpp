#include "norma/ops/norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>

#include "op_checks.hpp"

namespace norm_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

namespace {
/// By plain loops: number k of a sample belongs to the set `domain(pixel, channel)`.
template <kernels::Pointwise P, class Domain>
op_checks::Numbers normalised(op_checks::Numbers y, const double* weight, const double* bias, const Domain& domain) {
    constexpr int channels = P.extent.channels;
    const op_checks::Numbers x = y;
    for (int k = 0; k < P.extent.size(); ++k) {
        double count = 0, mean = 0, variance = 0;
        const auto for_each = [&](const auto& f) {
            for (int i = 0; i < P.extent.size(); ++i) {
                if (domain(i / channels, i % channels) == domain(k / channels, k % channels)) f(x[std::size_t(i)]);
            }
        };
        for_each([&](double v) { count += 1, mean += v; });
        mean = P.subtracts_mean ? mean / count : 0;
        for_each([&](double v) { variance += (v - mean) * (v - mean) / count; });
        double& value = y[std::size_t(k)];
        value = (value - mean) / std::sqrt(variance + 1e-5);
        if (P.affine == kernels::Affine::none) continue;
        const int at = P.affine == kernels::Affine::per_channel ? k % channels : k;
        value = value * weight[at] + (P.has_bias ? bias[at] : 0);
    }
    return y;
}

/// Checks a norm within a sample as the pointwise op that fusion makes of it.
template <kernels::Pointwise P, class Domain>
void check_norm(const Domain& domain) {
    CHECK(ops::Norm{P}.facts().output == P.extent);
    check_op<ops::Pointwise{ops::Norm{P}.part()}>(
        {P.extent}, [&](const op_checks::OpInputs& in, const double* weight, const double* bias) {
            return normalised<P>(in(0), weight, bias, domain);
        });
}
}  // namespace

TEST_CASE("norms of groups, of a whole sample and of a pixel") {
    check_norm<kernels::Pointwise{
        .extent = {6, 3, 5}, .normalises = true, .groups = 2, .affine = kernels::Affine::per_channel}>(
        [](int, int c) { return c / 3; });
    check_norm<kernels::Pointwise{.extent = {5, 3, 1}, .normalises = true, .affine = kernels::Affine::per_element}>(
        [](int, int) { return 0; });
    check_norm<kernels::Pointwise{.extent = {7, 2, 3},
                                  .normalises = true,
                                  .subtracts_mean = false,
                                  .per_pixel = true,
                                  .affine = kernels::Affine::per_channel,
                                  .has_bias = false}>([](int pixel, int) { return pixel; });
    check_norm<kernels::Pointwise{.extent = {17, 2, 2}, .normalises = true, .groups = 17}>(
        [](int, int c) { return c; });
}

TEST_CASE("a norm over the batch has running statistics, one within a sample has moments") {
    constexpr OpFacts batch = ops::Norm{{.extent = {6, 3, 5}, .normalises = true, .over_batch = true}}.facts();
    static_assert(batch.statistics_count == 6 && batch.moment_count == 0);
    constexpr OpFacts group = ops::Norm{{.extent = {6, 3, 5}, .normalises = true, .groups = 2}}.facts();
    static_assert(group.statistics_count == 0 && group.moment_count == 6 && group.backward_reads_input);
}

TEST_CASE("a norm refuses another shape") {
    refuses(ops::Norm{{.extent = {6, 3, 5}, .normalises = true}}, {{6, 5, 3}},
            "an op that reads that shape, not 6x3x5");
}

}  // namespace norm_test
