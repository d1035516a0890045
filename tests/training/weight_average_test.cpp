#include "norma/training/weight_average.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "../support/averaged_run.hpp"
#include "../support/message.hpp"

namespace weight_average_test {

using namespace norma;

namespace {

template <class T>
void check_golden(const std::string& name, const WeightAverage& options, double bound) {
    AveragedRun<T> run;
    detail::AverageWeights<T> average(options, run.view());
    run.check(
        name, bound, [] {},
        [&](int) {
            average.after_step(run.view(), 0);
            AveragedRun<T> averaged;
            average.copy_to(averaged.view());
            return averaged.all();
        });
}

}  // namespace

TEST_CASE("weight average: the numbers of PyTorch's AveragedModel") {
    check_golden<float>("ema", {.decay = 0.875}, 1e-6);
    check_golden<double>("ema", {.decay = 0.875}, 1e-14);
    check_golden<float>("swa", {.cumulative = true}, 1e-6);
    check_golden<double>("swa", {.cumulative = true}, 1e-14);
}

TEST_CASE("weight average: every second network, from epoch 1 on") {
    std::vector<double> a{0}, b, c, result{-1};
    const detail::NetworkNumbers<double> network{a, b, c};
    detail::AverageWeights<double> average({.decay = 0.5, .every = 2, .from_epoch = 1}, network);
    const auto step = [&](double value, int epoch) {
        a[0] = value;
        average.after_step(network, epoch);
        average.copy_to({result, b, c});
        return result[0];
    };
    CHECK(step(100, 0) == -1);
    CHECK(step(200, 0) == -1);
    CHECK(step(8, 1) == -1);
    CHECK(step(16, 1) == 16);
    CHECK(step(0, 1) == 16);
    CHECK(step(32, 2) == 24);
    CHECK(average.count() == 4);

    // Later steps depend only on the average and the count.
    detail::AverageWeights<double> resumed({.decay = 0.5, .every = 2, .from_epoch = 1}, network);
    resumed.count() = 4;
    std::ranges::copy(average.numbers().array(0), resumed.numbers().array(0).begin());
    a[0] = 8;
    resumed.after_step(network, 2);
    resumed.after_step(network, 2);
    resumed.copy_to({result, b, c});
    CHECK(result[0] == 16);
}

TEST_CASE("weight average: impossible options are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const WeightAverage& options) {
        return message_of<OptionError>([&] { validate_options(options); });
    };
    CHECK(refused({}).empty());
    for (const double bad : {-0.1, 1.0, nan}) CHECK(mentions(refused({.decay = bad}), "weight average: decay: "));
    CHECK(mentions(refused({.every = 0}), "weight average: every: 0 is not at least 1"));
    CHECK(mentions(refused({.from_epoch = -1}), "weight average: from_epoch: -1 is negative"));
}

}  // namespace weight_average_test
