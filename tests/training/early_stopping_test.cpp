#include "norma/training/early_stopping.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "../support/message.hpp"

namespace early_stopping_test {

using namespace norma;

namespace {

/// How many epochs a training has whose losses on the test samples are these.
int epochs_until_stop(const std::vector<double>& losses, const EarlyStoppingOptions& options) {
    History history;
    const EarlyStopping stopping(history, options);
    int epochs = 0;
    for (const double loss : losses) {
        EpochRecord& record = history.epochs.emplace_back();
        record.test_loss = loss;
        record.test_accuracy = 100 - loss;
        ++epochs;
        const bool stops = stopping(record) == Next::stop;
        // One that is made after the epoch, as in a resumed training, decides the same.
        CHECK((EarlyStopping(history, options)(record) == Next::stop) == stops);
        if (stops) break;
    }
    return epochs;
}

}  // namespace

TEST_CASE("early stopping: stops when `patience` epochs in a row were not better") {
    const std::vector<double> losses{5, 4, 4, 4.5, 3, 3, 2.9, 3, 3, 3, 3, 3};
    CHECK(epochs_until_stop(losses, {}) == 10);
    CHECK(epochs_until_stop(losses, {.patience = 1}) == 3);
    CHECK(epochs_until_stop(losses, {.patience = 2}) == 4);
    CHECK(epochs_until_stop(losses, {.patience = 5}) == 12);
    CHECK(epochs_until_stop(losses, {.patience = 100}) == 12);
    CHECK(epochs_until_stop({5, 4, 3, 2, 1}, {.patience = 1}) == 5);
}

TEST_CASE("early stopping: an improvement is larger than `min_delta`") {
    CHECK(epochs_until_stop({5, 4.75, 4.5, 4.25, 4, 3.75}, {.patience = 2, .min_delta = 0.25}) == 6);  // 4.5 is better
    CHECK(epochs_until_stop({5, 4.75, 4.5, 4.25, 4, 3.75}, {.patience = 1, .min_delta = 0.25}) == 2);
}

TEST_CASE("early stopping: by another figure") {
    EarlyStoppingOptions options{.monitor = {"test_accuracy", Better::larger}, .patience = 2};
    CHECK(epochs_until_stop({5, 4, 5, 5, 3}, options) == 4);
    CHECK(epochs_until_stop({5, 6, 7, 3}, options) == 3);
    EpochRecord record;
    record.metrics = {{"test_r2", 0.5}};
    CHECK(Monitor("test_r2", Better::larger).of(record) == 0.5);
    CHECK(message_of<OptionError>([&] { Monitor("test_R2", Better::larger).of(record); }) ==
          "monitor: 'test_R2' was not measured in epoch 0 (counted from 0), which has learning_rate, train_loss, "
          "seconds, test_r2; figures of the test need test samples: fit(train, test)");
}

TEST_CASE("early stopping: impossible options are refused by name") {
    const History history;
    const auto refused = [&](const EarlyStoppingOptions& options) {
        return message_of<OptionError>([&] { EarlyStopping(history, options); });
    };
    CHECK(refused({.patience = 0}) == "patience: 0 is not at least 1 epoch");
    for (const double bad : {-0.5, std::nan(""), std::numeric_limits<double>::infinity()}) {
        CHECK(mentions(refused({.min_delta = bad}), "min_delta: ", "finite number of at least 0"));
    }
}

TEST_CASE("callbacks in turn: all are called in order, and one is enough to stop") {
    std::string calls;
    const auto says = [&](char name, Next next) {
        return [&calls, name, next](const EpochRecord& record) {
            calls += name + std::to_string(record.epoch);
            return next;
        };
    };
    const auto nothing = [&](const EpochRecord&) { calls += "-"; };
    const std::function<Next(const EpochRecord&)> goes_on = in_turn(says('a', Next::go_on), nothing);
    const std::function<Next(const EpochRecord&)> stops =
        in_turn(nothing, says('a', Next::go_on), says('b', Next::stop), says('c', Next::go_on), nothing);
    CHECK(goes_on({.epoch = 1}) == Next::go_on);
    CHECK(calls == "a1-");
    calls.clear();
    CHECK(stops({.epoch = 2}) == Next::stop);
    CHECK(calls == "-a2b2c2-");
    TrainingCallbacks callbacks;
    callbacks.after_batch =
        in_turn([](const BatchReport& report) { return report.batch > 3 ? Next::stop : Next::go_on; });
    CHECK(callbacks.after_batch({.batch = 4}) == Next::stop);
}

}  // namespace early_stopping_test
