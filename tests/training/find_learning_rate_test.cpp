#include "norma/training/find_learning_rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"
#include "norma/training/piecewise_linear.hpp"

namespace find_learning_rate_test {

using namespace norma;

namespace {

using Net = Network<Shape<3, 6, 5>, Block<4, 3, BatchNorm>, Linear<4>>;

ToySource<float> toy_source() { return {Net::input_extent, {5, 5, 2}, 1, 4}; }

const RangeTestOptions short_test{.from = 1e-4, .to = 1, .steps = 13, .smoothing = 0.5, .diverged = 1e6};

/// What a range test finds if the batches have these losses.
RangeTest found(const std::vector<double>& losses, const RangeTestOptions& options) {
    detail::RangeTestLosses test(options);
    const detail::ExponentialLR rate(options);
    for (std::size_t i = 0; i < losses.size(); ++i) {
        if (test.take(rate.at(double(i)), losses[i]) == Next::stop) break;
    }
    CHECK(test.is_over());
    return test.result();
}

}  // namespace

TEST_CASE("range test: rates that grow by one factor, losses smoothed from the first on, the steepest fall") {
    const RangeTest got = found({4, 4, 3, 0.5, 0.25, 8}, {.from = 0.001, .to = 100, .steps = 6, .smoothing = 0.75});
    REQUIRE(got.rates.size() == 6);
    double mean = 0, weights = 0;
    const std::vector<double> losses{4, 4, 3, 0.5, 0.25, 8};
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(got.rates[i] == doctest::Approx(0.001 * std::pow(10, double(i))));
        mean = 0.75 * mean + 0.25 * losses[i];  // each loss with the weight 0.25 · 0.75^age
        weights = 0.75 * weights + 0.25;
        CHECK(got.losses[i] == doctest::Approx(mean / weights));
    }
    CHECK(got.suggestion == got.rates[3]);
    CHECK(got.ended_early.empty());
    CHECK(found({1, 2, 3}, {.from = 1, .to = 4, .steps = 3, .smoothing = 0, .diverged = 100}).suggestion == 2);
}

TEST_CASE("range test: it ends when the smoothed loss is many times its smallest") {
    const RangeTest got =
        found({2, 1, 3, 4, 4.5, 9}, {.from = 0.01, .to = 1, .steps = 10, .smoothing = 0, .diverged = 4});
    CHECK(got.losses == std::vector<double>{2, 1, 3, 4, 4.5});
    CHECK(got.ended_early == "the loss rose to 4 times its smallest");
}

TEST_CASE("range test: the losses of a training with these rates, and nothing of the trainer changes") {
    Net net(1);
    Threads threads(2);
    ToySource<float> train = toy_source();
    Trainer<Net, CrossEntropy, Sgd, ConstantLR> trainer(net, threads,
                                                        {.epochs = 1, .learning_rate = 0.1, .max_grad_norm = 5});
    trainer.fit(train);
    Net same = net;
    const std::vector<float> velocity(trainer.optimiser().velocity().begin(), trainer.optimiser().velocity().end());
    const RangeTest got = find_learning_rate(trainer, train, threads, short_test);

    CHECK(std::ranges::equal(net.parameters(), same.parameters()));
    CHECK(std::ranges::equal(net.running_mean(), same.running_mean()));
    CHECK(std::ranges::equal(net.running_var(), same.running_var()));
    CHECK(net.tracked_batches() == same.tracked_batches());
    CHECK(std::ranges::equal(trainer.optimiser().velocity(), velocity));
    CHECK((trainer.progress().epoch == 1 && trainer.progress().step == 3));
    CHECK(trainer.history().batch_loss.size() == 3);

    // The same by another way: a schedule of points, so close that their lines are the exponential at each step.
    REQUIRE(got.rates.size() == 13);
    std::vector<RatePoint> points;
    for (std::size_t i = 0; i < 13; ++i) points.push_back({double(i) / 3, 1e-4 * std::pow(10, double(i) / 3)});
    Trainer<Net, CrossEntropy, Sgd, PiecewiseLinear> other(
        same, threads, {.epochs = 5, .learning_rate = PiecewiseLinear(points), .max_grad_norm = 5});
    other.fit(train);
    double mean = 0;
    for (std::size_t i = 0; i < 13; ++i) {
        mean = 0.5 * mean + 0.5 * other.history().batch_loss[i];
        CHECK(got.losses[i] == doctest::Approx(mean / (1 - std::pow(0.5, double(i) + 1))).epsilon(1e-4));
    }
}

TEST_CASE("range test: a loss that is not finite ends it; a fault in the first steps is an error") {
    Net net(1);
    Threads threads(2);
    ToySource<float> train = toy_source();
    Trainer<Net> trainer(net, threads);
    const RangeTest got = find_learning_rate(trainer, train, threads,
                                             {.from = 0.01, .to = 9e5, .steps = 30, .smoothing = 0, .diverged = 1e300});
    CHECK(got.rates.size() >= 2);
    CHECK(got.rates.size() < 30);
    CAPTURE(got.ended_early);
    CHECK(mentions(got.ended_early, "not finite"));
    train[1].sample(0)[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(mentions(message_of<TrainingError>([&] { find_learning_rate(trainer, train, threads); }),
                   "the input is not usable in epoch 0, batch 1"));
}

TEST_CASE("range test: impossible options are refused by name") {
    const auto refused = [](const RangeTestOptions& options) {
        return message_of<OptionError>([&] { validate_options(options); });
    };
    CHECK(refused({}).empty());
    for (const double bad : {0.0, -1.0, 1e6, std::nan("")}) {
        CHECK(mentions(refused({.from = bad}), "range test: from: ", "is not above 0 and below 1,000,000"));
    }
    for (const double bad : {0.0, 1e-6, 1e6, std::nan("")}) {
        CHECK(mentions(refused({.to = bad}), "range test: to: ", "is not above from, 1e-06, and below 1,000,000"));
    }
    CHECK(refused({.steps = 1}) == "range test: steps: 1 is not at least 2");
    for (const double bad : {-0.5, 1.0, std::nan("")}) CHECK(mentions(refused({.smoothing = bad}), "smoothing: "));
    for (const double bad : {1.0, std::nan("")}) CHECK(mentions(refused({.diverged = bad}), "diverged: "));
}

}  // namespace find_learning_rate_test
