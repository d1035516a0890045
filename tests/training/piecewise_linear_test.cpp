#include "norma/training/piecewise_linear.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "norma/core/setting.hpp"
#include "norma/training/settings.hpp"

namespace piecewise_linear_test {

using namespace norma;

namespace {
static_assert(LearningRate<PiecewiseLinear> && LearningRate<LinearWarmup<PiecewiseLinear>>);
}

TEST_CASE("piecewise linear: 20 % of the peak, the peak at 23 % of the steps, 7 % at the end, step by step") {
    const double epochs = 9.9;
    const int steps_per_epoch = 50;  // 495 steps
    const double peak = 1.5;
    const PiecewiseLinear rate({{0, 0.2 * peak}, {0.23 * epochs, peak}, {epochs, 0.07 * peak}});
    const double top = 0.23 * 495;
    double largest = 0;
    for (int step = 0; step < 500; ++step) {
        const double share =
            step < top ? 0.2 + 0.8 * step / top : std::max(1 - 0.93 * (step - top) / (495 - top), 0.07);
        const double got = rate.at({step / steps_per_epoch, step % steps_per_epoch, steps_per_epoch});
        CHECK(got == doctest::Approx(peak * share).epsilon(1e-12));
        largest = std::max(largest, got);
    }
    CHECK(rate.at({0, 0, steps_per_epoch}) == 0.2 * peak);
    CHECK(rate.at({9, 45, steps_per_epoch}) == doctest::Approx(0.07 * peak).epsilon(1e-12));
    CHECK(largest == doctest::Approx(peak).epsilon(0.01));
}

TEST_CASE("piecewise linear: the points' rates at the points, constant outside of them") {
    const PiecewiseLinear rate({{1, 0.5}, {1.5, 0.25}, {3, 0}, {4, 1}});
    CHECK(rate.at({0, 0, 4}) == 0.5);
    CHECK(rate.at({1, 0, 4}) == 0.5);
    CHECK(rate.at({1, 1, 4}) == 0.375);
    CHECK(rate.at({1, 2, 4}) == 0.25);
    CHECK(rate.at({3, 0, 4}) == 0);
    CHECK(rate.at({3, 1, 4}) == 0.25);
    CHECK(rate.at({4, 0, 4}) == 1);
    CHECK(rate.at({1000000, 3, 4}) == 1);
    const std::vector<RatePoint> one{{2, 0.125}};
    for (const int epoch : {0, 2, 5}) CHECK(PiecewiseLinear(one).at({epoch, 0, 1}) == 0.125);
}

TEST_CASE(
    "piecewise linear: its settings tell schedules apart that agree at the beginning and in the middle of epochs") {
    const PiecewiseLinear fast({{0, 0}, {0.25, 0.1}, {8, 0.1}}), slow({{0, 0}, {0.5, 0.1}, {8, 0.1}});
    CHECK(difference_of_rates(sampled_rates(fast, 8), sampled_rates(slow, 8)).empty());
    CHECK(fast.settings() == std::vector<Setting>{{"learning rate: points", "0 at 0, 0.1 at 0.25, 0.1 at 8"}});
    CHECK(difference_of_settings(fast.settings(), slow.settings()) != "");
}

TEST_CASE("piecewise linear: points that are none, out of order or impossible are refused by their number") {
    const auto refused = [](std::vector<RatePoint> points) {
        return message_of<OptionError>([&] { PiecewiseLinear{points}; });
    };
    CHECK(refused({}) == "points of the learning rate: there are none; give at least one");
    CHECK(refused({{0, 0.1}, {2, 0.2}, {2, 0.3}}) ==
          "points of the learning rate: number 2 is at epoch 2, which is not after 2, the epoch of the point before");
    CHECK(refused({{-1, 0.1}}) == "points of the learning rate: number 0 is at epoch -1, which is not 0 or later");
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        CHECK(mentions(refused({{bad, 0.1}}), "number 0 is at epoch"));
        CHECK(mentions(refused({{0, 0.1}, {bad, 0.1}}), "number 1 is at epoch"));
        CHECK(mentions(refused({{0, bad}}), "number 0 has the rate"));
    }
    CHECK(refused({{0, 0.1}, {1, -0.5}}) ==
          "points of the learning rate: number 1 has the rate -0.5, which is not at least 0 and below 1,000,000");
}

}  // namespace piecewise_linear_test
