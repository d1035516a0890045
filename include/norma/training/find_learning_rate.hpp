#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/history.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/options.hpp"
#include "norma/training/source.hpp"
#include "norma/training/trainer.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of `find_learning_rate`.
struct RangeTestOptions {
    double from = 1e-6;       ///< the rate of the first step
    double to = 10;           ///< the rate of the last step
    int steps = 100;          ///< batches
    double smoothing = 0.98;  ///< share of the old mean in the running mean of the losses
    double diverged = 4;  ///< the test ends when the smoothed loss is this many times its smallest, if that is above 0
};

/// What `find_learning_rate` found, step by step.
struct RangeTest {
    std::vector<double> rates;   ///< of each step that was taken
    std::vector<double> losses;  ///< smoothed mean loss of each step's batch, before the step
    double suggestion = 0;       ///< where the smoothed loss falls fastest over log(rate), after a tenth of the steps
    std::string ended_early;     ///< why not all steps were taken, in words; empty if they were
};

/// Validates the options.
/// @throws OptionError if an option is outside its range.
inline void validate_options(const RangeTestOptions& options) {
    const auto refuse = [](const std::string& what) { raise<OptionError>({"range test: ", what}); };
    if (!is_rate(options.from) || !(options.from > 0)) {
        refuse("from: " + number_text(options.from) + " is not above 0 and below 1,000,000");
    }
    if (!is_rate(options.to) || !(options.to > options.from)) {
        refuse("to: " + number_text(options.to) + " is not above from, " + number_text(options.from) +
               ", and below 1,000,000");
    }
    if (options.steps < 2) refuse("steps: " + std::to_string(options.steps) + " is not at least 2");
    if (!is_rate(options.smoothing) || !(options.smoothing < 1)) {
        refuse("smoothing: " + number_text(options.smoothing) + " is not in 0 to below 1");
    }
    if (is_nan(options.diverged) || !(options.diverged > 1)) {
        refuse("diverged: " + number_text(options.diverged) + " is not above 1");
    }
}

namespace detail {

/// A rate that grows by the same factor from step to step.
class ExponentialLR {
public:
    static std::string name() { return "find_learning_rate"; }
    explicit ExponentialLR(const RangeTestOptions& options) : options_(options) {}
    double at(const TrainingTime& time) const { return at(time.steps()); }
    double at(double step) const {
        const double share = std::min(step / static_cast<double>(options_.steps - 1), 1.0);
        return options_.from * std::pow(options_.to / options_.from, share);
    }

private:
    RangeTestOptions options_;
};

/// Collects the losses of a range test.
class RangeTestLosses {
public:
    explicit RangeTestLosses(const RangeTestOptions& options) : options_(options) {}

    /// Takes the loss of the next step's batch; says whether the test goes on.
    Next take(double rate, double loss) {
        RangeTest& r = result_;
        mean_ = options_.smoothing * mean_ + (1 - options_.smoothing) * loss;
        r.rates.push_back(rate);
        const auto steps = static_cast<double>(r.rates.size());
        r.losses.push_back(mean_ / (1 - std::pow(options_.smoothing, steps)));  // the mean began at 0
        const double smallest = *std::min_element(r.losses.begin(), r.losses.end());
        if (static_cast<int>(r.rates.size()) == options_.steps) return Next::stop;
        if (!(smallest > 0 && r.losses.back() > options_.diverged * smallest)) return Next::go_on;
        r.ended_early = "the loss rose to " + number_text(options_.diverged) + " times its smallest";
        return Next::stop;
    }
    /// Are there enough to go without the rest?
    bool has_some() const { return result_.rates.size() >= 2; }
    /// Is the test over?
    bool is_over() const {
        return static_cast<int>(result_.rates.size()) == options_.steps || !result_.ended_early.empty();
    }
    /// Ends the test.
    void end(const std::string& why) { result_.ended_early = why; }
    /// The result, with its suggestion.
    RangeTest result() {
        double steepest = 0;
        const std::size_t first = 1 + static_cast<std::size_t>(options_.steps / 10);
        for (std::size_t i = 1; i < result_.losses.size(); ++i) {
            const double slope = result_.losses[i] - result_.losses[i - 1];  // all steps are as long in log(rate)
            if (i > first && slope >= steepest) continue;
            steepest = slope;
            result_.suggestion = result_.rates[i];
        }
        return result_;
    }

private:
    RangeTestOptions options_;
    double mean_ = 0;
    RangeTest result_;
};

}  // namespace detail

/// Learning-rate range test (Smith, 2015, arXiv 1506.01186): trains a copy of the trainer's network with the trainer's
/// options, but with a rate that grows by the same factor from step to step, and tells how the loss follows. The
/// trainer, its network and its optimiser stay as they are; the copy begins with a new optimiser. `train` is read from
/// its first epoch on.
/// @snippet examples_test.cpp find_learning_rate
/// @throws OptionError if an option is outside its range; DataError, TrainingError as `Trainer::fit` in the first two
/// steps. A later TrainingError, such as that of a loss that is not finite, ends the test.
template <class Net, class Loss, template <class> class OptimiserOf, LearningRate Rate,
          BatchSource<typename Net::Scalar> Source>
RangeTest find_learning_rate(const Trainer<Net, Loss, OptimiserOf, Rate>& trainer, Source& train, Threads& threads,
                             const RangeTestOptions& options = {}) {
    validate_options(options);
    Net copy = trainer.network();
    Trainer<Net, Loss, OptimiserOf, detail::ExponentialLR> trainer_of_copy(
        copy, threads, with_rate(trainer.options(), detail::ExponentialLR(options)));
    detail::RangeTestLosses losses(options);
    try {
        while (!losses.is_over()) {
            EpochRecord record;
            trainer_of_copy.train_epoch(train, record, [&](const BatchReport& report) {
                return losses.take(report.learning_rate, report.loss);
            });
        }
    } catch (const TrainingError& error) {
        if (!losses.has_some()) throw;
        losses.end(error.what());
    }
    return losses.result();
}

}  // namespace norma::inline NORMA_TARGET
