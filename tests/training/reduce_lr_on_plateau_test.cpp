#include "norma/training/reduce_lr_on_plateau.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/message.hpp"

namespace reduce_lr_on_plateau_test {

using namespace norma;

namespace {

static_assert(LearningRate<ReduceLROnPlateau> && !TimedRate<ReduceLROnPlateau>);
static_assert(LearningRate<LinearWarmup<ReduceLROnPlateau>> && !TimedRate<LinearWarmup<ReduceLROnPlateau>>);

/// A history whose epochs have these losses on the test samples.
History with_losses(const std::vector<double>& losses) {
    History history;
    for (const double loss : losses) {
        EpochRecord& record = history.epochs.emplace_back();
        record.test_loss = loss;
        record.test_accuracy = 100 - loss;
    }
    return history;
}

/// The rates after each metric have the bits of those that PyTorch took.
void check_golden(const std::string& name, const PlateauOptions& options) {
    CAPTURE(name);
    const golden::File file("training/plateau");
    const std::vector<double>& metrics =
        file.tensor(options.monitor.better == Better::larger ? "larger" : "smaller").values;
    const std::vector<double>& expected = file.tensor(name).values;
    const ReduceLROnPlateau rate(0.1, options);
    REQUIRE(metrics.size() == 40);
    CHECK(rate.at({}, {}) == 0.1);
    for (std::size_t epochs = 1; epochs <= metrics.size(); ++epochs) {
        CAPTURE(epochs);
        const History history = with_losses({metrics.begin(), metrics.begin() + static_cast<std::ptrdiff_t>(epochs)});
        CHECK(rate.at({static_cast<int>(epochs), 3, 7}, history) == expected[epochs - 1]);
    }
    CHECK(expected.back() < 0.1);
}

const Monitor rising{"test_loss", Better::larger};

}  // namespace

TEST_CASE("reduce on plateau: PyTorch's decisions, bit for bit") {
    check_golden("defaults", {});
    check_golden("patience", {.factor = 0.5, .patience = 2});
    check_golden("absolute", {.factor = 0.7, .patience = 1, .threshold = 0.05, .threshold_mode = ThresholdMode::abs});
    check_golden("max", {.factor = 0.3, .patience = 2, .monitor = rising});
    check_golden(
        "max_absolute",
        {.factor = 0.9, .patience = 0, .threshold = 0.1, .threshold_mode = ThresholdMode::abs, .monitor = rising});
    check_golden("cooldown", {.factor = 0.6, .patience = 1, .cooldown = 3});
    check_golden("min_lr", {.factor = 0.2, .patience = 0, .min_lr = 0.003});
    check_golden("eps", {.factor = 0.5, .patience = 0, .eps = 0.01});
}

TEST_CASE("reduce on plateau: by another figure, and with a warm-up") {
    const History history = with_losses({1, 2, 3});  // the accuracy falls
    const ReduceLROnPlateau by_accuracy(1,
                                        {.factor = 0.5, .patience = 0, .monitor = {"test_accuracy", Better::larger}});
    CHECK(by_accuracy.at({}, history) == 0.25);
    const LinearWarmup warmup(by_accuracy, 10, 0.5);
    CHECK(warmup.at({0, 5, 100}, history) == 0.25 * 0.75);
    CHECK(rate_at(warmup, {3, 0, 100}, history) == 0.25);
    CHECK(warmup.settings() == by_accuracy.settings());
}

TEST_CASE("reduce on plateau: its settings tell its options apart") {
    const auto differ = [](const PlateauOptions& options) {
        return difference_of_settings(ReduceLROnPlateau(0.1).settings(), ReduceLROnPlateau(0.1, options).settings());
    };
    CHECK(differ({}).empty());
    CHECK(differ({.factor = 0.25}) == "\n  learning rate: factor: 0.1 there, 0.25 here");
    CHECK(differ({.patience = 3}) == "\n  learning rate: patience: 10 there, 3 here");
    CHECK(differ({.threshold = 0.5}) == "\n  learning rate: threshold: 1e-04 there, 0.5 here");
    CHECK(differ({.threshold_mode = ThresholdMode::abs}) == "\n  learning rate: threshold mode: rel there, abs here");
    CHECK(differ({.cooldown = 1}) == "\n  learning rate: cooldown: 0 there, 1 here");
    CHECK(differ({.min_lr = 0.5}) == "\n  learning rate: min_lr: 0 there, 0.5 here");
    CHECK(differ({.eps = 0.5}) == "\n  learning rate: eps: 1e-08 there, 0.5 here");
    CHECK(mentions(differ({.monitor = {"test_accuracy", Better::larger}}),
                   "figure: test_loss there, test_accuracy here", "mode: min there, max here"));
    CHECK(difference_of_settings(ReduceLROnPlateau(0.1).settings(), ReduceLROnPlateau(0.2).settings()) ==
          "\n  learning rate: initial: 0.1 there, 0.2 here");
}

TEST_CASE("reduce on plateau: impossible options are refused by name") {
    const double nan = std::nan("");
    const auto refused = [](const PlateauOptions& options) {
        return message_of<OptionError>([&] { ReduceLROnPlateau(0.1, options); });
    };
    CHECK(mentions(message_of<OptionError>([] { ReduceLROnPlateau(0); }), "learning rate: 0 is not above 0"));
    for (const double bad : {1.0, -0.5, nan}) CHECK(mentions(refused({.factor = bad}), "factor: ", "in 0 to below 1"));
    CHECK(refused({.patience = -1}) == "patience: -1 is negative");
    CHECK(refused({.cooldown = -1}) == "cooldown: -1 is negative");
    for (const double bad : {-0.5, nan, std::numeric_limits<double>::infinity()}) {
        CHECK(mentions(refused({.threshold = bad}), "threshold: ", "finite number of at least 0"));
        CHECK(mentions(refused({.min_lr = bad}), "min_lr: ", "finite number of at least 0"));
        CHECK(mentions(refused({.eps = bad}), "eps: ", "finite number of at least 0"));
    }
}

}  // namespace reduce_lr_on_plateau_test
