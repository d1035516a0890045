#include "norma/norm/policy.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/numbers.hpp"
#include "golden_norm.hpp"
#include "norma/layers/conv2d.hpp"

namespace policy_test {

using namespace norma;

namespace {

// A user's own policies.
struct PerChannelNorm : NormDefaults {
    static constexpr FixedString name() { return "PerChannelNorm"; }
    static constexpr int groups(int channels) { return channels; }
};
struct RootMeanSquare : NormDefaults {
    static constexpr FixedString name() { return "RootMeanSquare"; }
    static constexpr bool subtracts_mean = false;
    static constexpr Fraction epsilon{1, 8};
    static constexpr int groups(int) { return 1; }
};
// Statistics over the whole batch, of groups of channels: couples samples without being BatchNorm.
struct BatchGroupNorm : NormDefaults {
    static constexpr FixedString name() { return "BatchGroupNorm"; }
    static constexpr bool over_batch = true;
    static constexpr int groups(int) { return 3; }
};

struct Nameless : NormDefaults {
    static constexpr int groups(int) { return 1; }
};
struct Groupless : NormDefaults {
    static constexpr FixedString name() { return "Groupless"; }
};
struct WithoutDefaults {
    static constexpr FixedString name() { return "WithoutDefaults"; }
    static constexpr int groups(int) { return 1; }
};
struct OtherAffine : PerChannelNorm {
    static constexpr bool affine = true;
};
struct OtherBias : PerChannelNorm {
    static constexpr FixedString has_bias = "no";
};

static_assert(NormPolicy<PerChannelNorm> && NormPolicy<RootMeanSquare> && NormPolicy<BatchGroupNorm>);
static_assert(!NormPolicy<int> && !NormPolicy<void>);
static_assert(!NormPolicy<NormDefaults> && !NormPolicy<Nameless> && !NormPolicy<Groupless>);
static_assert(!NormPolicy<WithoutDefaults> && !NormPolicy<OtherAffine> && !NormPolicy<OtherBias>);
static_assert(!NormPolicy<Conv2d<4, 3>>);
static_assert(!Layer<PerChannelNorm>);

}  // namespace

TEST_CASE("the kernels do what a policy says") {
    constexpr kernels::Pointwise s = normalisation<RootMeanSquare>({16, 5, 7});
    static_assert(s.extent == Extent{16, 5, 7});
    static_assert(s.normalises && !s.over_batch && !s.subtracts_mean);
    static_assert(s.groups == 1 && s.affine == Affine::per_channel && s.has_bias);
    static_assert(s.epsilon == Fraction{1, 8});
    static_assert(!s.activation && !s.adds_skip && !s.drops);
    CHECK(normalisation<PerChannelNorm>({16, 5, 7}).groups == 16);
}

TEST_CASE("a norm per channel and sample, in four lines, is PyTorch's InstanceNorm") {
    golden_norm::check<float, PerChannelNorm>("instance", 0.5f);
    golden_norm::check<double, PerChannelNorm>("instance_far", 64.0f);
}

TEST_CASE("a root-mean-square norm is its formula") {
    Probe<double, 2, Shape<3, 2, 2>, RootMeanSquare> probe;
    const std::vector<double> x = real_numbers<double>(24, 1, -2, 3);
    probe.set_images(x);
    probe.train(real_numbers<double>(24, 2));
    std::vector<double> expected;
    for (std::size_t n = 0; n < 2; ++n) {
        double squares = 0;
        for (std::size_t i = 0; i < 12; ++i) squares += x[n * 12 + i] * x[n * 12 + i] / 12;
        for (std::size_t i = 0; i < 12; ++i) expected.push_back(x[n * 12 + i] / std::sqrt(squares + 0.125));
    }
    CHECK(error_of(probe.y, expected) < 1e-12);
}

TEST_CASE("groups of channels over the whole batch: the formula, and gradients by differences") {
    Probe<double, 3, Shape<6, 1, 2>, BatchGroupNorm> probe;
    static_assert(decltype(probe)::Net::over_batch);
    std::vector<double> x = real_numbers<double>(36, 3, -2, 3);
    const std::vector<double> dy = real_numbers<double>(36, 4);
    const auto formula = [&] {
        std::vector<double> y(x.size());
        for (std::size_t group = 0; group < 3; ++group) {
            const auto in_group = [&](std::size_t i) { return i % 12 / 4 == group; };  // two channels of two pixels
            double mean = 0;
            double variance = 0;
            for (std::size_t i = 0; i < 36; ++i) mean += in_group(i) ? x[i] / 12 : 0;
            for (std::size_t i = 0; i < 36; ++i) variance += in_group(i) ? (x[i] - mean) * (x[i] - mean) / 12 : 0;
            for (std::size_t i = 0; i < 36; ++i) {
                if (in_group(i)) y[i] = (x[i] - mean) / std::sqrt(variance + 1e-5);
            }
        }
        return y;
    };
    const auto loss = [&] {
        const std::vector<double> y = formula();
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
        return sum;
    };
    probe.set_images(x);
    probe.train(dy);
    CHECK(error_of(probe.y, formula()) < 1e-12);
    std::vector<double> dx;
    for (double& v : x) {
        constexpr double step = 1e-5;
        const double old = v;
        v = old + step;
        const double above = loss();
        v = old - step;
        dx.push_back((above - loss()) / (2 * step));
        v = old;
    }
    CHECK(error_of(probe.dx, dx) < 1e-7);
}

}  // namespace policy_test
