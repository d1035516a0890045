#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET {

/// A moment of training: before step `step` of epoch `epoch`, both counted from 0.
struct TrainingTime {
    int epoch = 0;            ///< counted from 0
    int step = 0;             ///< of the epoch, counted from 0
    int steps_per_epoch = 1;  ///< its batches

    /// Steps taken so far.
    constexpr double steps() const {
        return static_cast<double>(epoch) * static_cast<double>(steps_per_epoch) + static_cast<double>(step);
    }
    /// Epochs so far; 2.5 in the middle of the third.
    constexpr double epochs() const {
        return static_cast<double>(epoch) + static_cast<double>(step) / static_cast<double>(steps_per_epoch);
    }
    /// Steps in `epochs` epochs.
    constexpr double steps_in(int epochs) const {
        return static_cast<double>(epochs) * static_cast<double>(steps_per_epoch);
    }
};

/// A schedule of time alone: `at(time)` is the learning rate of the next step.
template <class R>
concept TimedRate = requires(const R& rate, const TrainingTime& time) {
    { rate.at(time) } -> std::convertible_to<double>;
};

/// A schedule: `at(time)` is the learning rate of the next step, or `at(time, history)` where it depends on the results
/// so far. Schedules that change from step to step agree with PyTorch's when `scheduler.step()` is called there after
/// every batch. Optional: `settings()`, a range of `Setting`, for what `at` does not show before the training.
template <class R>
concept LearningRate = TimedRate<R> || requires(const R& rate, const TrainingTime& time, const History& history) {
    { rate.at(time, history) } -> std::convertible_to<double>;
};

/// The learning rate of the next step by the schedule `rate`, after the results `history`.
template <LearningRate R>
double rate_at(const R& rate, const TrainingTime& time, const History& history) {
    if constexpr (TimedRate<R>) {
        return static_cast<double>(rate.at(time));
    } else {
        return static_cast<double>(rate.at(time, history));
    }
}

/// What messages call a schedule: its `name()`, if it has one.
template <LearningRate R>
std::string schedule_name() {
    if constexpr (requires {
                      { R::name() } -> std::convertible_to<std::string>;
                  }) {
        return R::name();
    } else {
        return "the schedule";
    }
}

/// Can a step use this learning rate? It must be at least 0 and below 1,000,000.
inline bool is_rate(double rate) { return is_finite(rate) && rate >= 0 && rate < 1e6; }

/// Returns `rate`, which the schedule `name` gave for `time`.
/// @throws OptionError unless it is at least 0 and below 1,000,000.
inline double checked_rate(double rate, const std::string& name, const TrainingTime& time) {
    if (!is_rate(rate)) {
        raise<OptionError>({"learning rate: ", name, " gives ", rate, " for step ", time.step, " of epoch ", time.epoch,
                            " (both counted from 0); a rate is at least 0 and below 1,000,000"});
    }
    return rate;
}

namespace detail {
/// @throws OptionError if `rate` is not above 0 and below 1,000,000.
inline void check_rate(double rate) {
    if (is_nan(rate) || !(rate > 0 && rate < 1e6)) {
        raise<OptionError>({"learning rate: ", rate, " is not above 0 and below 1,000,000"});
    }
}
/// @throws OptionError if `count`, which messages call `what`, is below 1.
inline void check_count(const char* what, int count, const char* unit) {
    if (count < 1) raise<OptionError>({what, ": ", count, " is not at least 1 ", unit});
}
/// Half a cosine wave: `start` where `share` is 0, `end` where it is 1.
inline double cosine(double start, double end, double share) {
    return end + (start - end) / 2 * (1 + std::cos(std::numbers::pi * share));
}
}  // namespace detail

/// A learning rate that never changes. A number converts to it: `{.learning_rate = 0.001}`.
class ConstantLR {
public:
    /// For messages.
    static std::string name() { return "ConstantLR"; }

    /// `rate` in every step.
    /// @throws OptionError if the rate is not above 0 and below 1,000,000.
    ConstantLR(double rate) : rate_(rate) { detail::check_rate(rate); }

    /// The rate, at any time.
    double at(const TrainingTime& /*time*/) const { return rate_; }

private:
    double rate_;
};

/// A learning rate that is multiplied by `gamma` every `step_size` epochs (PyTorch's StepLR). Made from one number, it
/// never changes. This is the default schedule of a trainer.
class StepLR {
public:
    /// For messages.
    static std::string name() { return "StepLR"; }

    /// The schedule of norma's experiment: 0.01, divided by 10 after every 6 epochs.
    StepLR() : StepLR(0.01, 6, 0.1) {}
    /// A rate that never changes: `{.learning_rate = 0.02}`.
    /// @throws OptionError if it is not above 0 and below 1,000,000.
    StepLR(double constant) : initial_(constant) { detail::check_rate(constant); }
    /// @throws OptionError if the initial rate is not above 0 and below 1,000,000, the step is below 1, or gamma is not
    /// in (0, 1].
    explicit StepLR(double initial, int step_size, double gamma = 0.1)
        : initial_(initial), step_size_(step_size), gamma_(gamma) {
        detail::check_rate(initial);
        detail::check_count("step of the learning rate", step_size, "epoch");
        if (is_nan(gamma) || !(gamma > 0 && gamma <= 1)) {
            raise<OptionError>({"gamma: ", gamma, " is not above 0 and at most 1"});
        }
    }
    /// Refuses another schedule by a compile error of one sentence.
    template <LearningRate Other>
        requires(!std::derived_from<Other, StepLR>)
    StepLR(const Other&) {
        static_assert(
            !LearningRate<Other>,
            "norma: a schedule that is not StepLR must be the trainer's fourth template argument: Trainer<Net, "
            "CrossEntropy, Sgd, CosineAnnealingLR>.");
    }

    /// The rate in epoch `epoch`, counted from 0.
    double at(int epoch) const {
        double rate = initial_;
        if (step_size_ == never) return rate;
        for (std::int64_t e = step_size_; e <= epoch; e += step_size_) rate *= gamma_;
        return rate;
    }
    /// The same, for it does not change within an epoch.
    double at(const TrainingTime& time) const { return at(time.epoch); }

private:
    static constexpr int never = 0;

    double initial_ = 0;
    int step_size_ = never;
    double gamma_ = 1;
};

/// A learning rate that falls from `initial` to `eta_min` along half a cosine wave, step by step over `epochs` epochs:
/// eta_min + (initial − eta_min)(1 + cos(π t / T)) / 2 after t of T steps (PyTorch's CosineAnnealingLR with T_max = T).
/// As in PyTorch, it rises again if training goes on after that.
class CosineAnnealingLR {
public:
    /// For messages.
    static std::string name() { return "CosineAnnealingLR"; }

    /// @throws OptionError if the initial rate is not above 0 and below 1,000,000, `epochs` is below 1, or `eta_min` is
    /// not in [0, initial].
    explicit CosineAnnealingLR(double initial, int epochs, double eta_min = 0)
        : initial_(initial), epochs_(epochs), eta_min_(eta_min) {
        detail::check_rate(initial);
        detail::check_count("length of the cosine", epochs, "epoch");
        if (is_nan(eta_min) || !(eta_min >= 0 && eta_min <= initial)) {
            raise<OptionError>({"eta_min: ", eta_min, " is not in 0 to the initial rate, ", initial});
        }
    }

    double at(const TrainingTime& time) const {
        return detail::cosine(initial_, eta_min_, time.steps() / time.steps_in(epochs_));
    }

private:
    double initial_;
    int epochs_;
    double eta_min_;
};

/// Shape of a OneCycleLR, by PyTorch's names and defaults.
struct OneCycleOptions {
    double pct_start = 0.3;         ///< share of the steps in which the rate rises
    double div_factor = 25;         ///< the largest rate divided by the first rate
    double final_div_factor = 1e4;  ///< the first rate divided by the last rate
};

/// One cycle over all of training, step by step: the learning rate rises to `max_lr` and falls to almost 0, both along
/// half a cosine wave (Smith and Topin, 2017, arXiv 1708.07120; PyTorch's OneCycleLR with cycle_momentum=False). After
/// `epochs` epochs the rate stays at its last value.
class OneCycleLR {
public:
    /// For messages.
    static std::string name() { return "OneCycleLR"; }

    /// `epochs` is the number of epochs that will be trained.
    /// @throws OptionError if the largest rate is not above 0 and below 1,000,000, `epochs` is below 1, `pct_start` is
    /// not in [0, 1], or a factor is not in [1, 1e30).
    explicit OneCycleLR(double max_lr, int epochs, const OneCycleOptions& options = {})
        : max_lr_(max_lr), epochs_(epochs), options_(options) {
        detail::check_rate(max_lr);
        detail::check_count("length of the cycle", epochs, "epoch");
        if (is_nan(options.pct_start) || !(options.pct_start >= 0 && options.pct_start <= 1)) {
            raise<OptionError>({"pct_start: ", options.pct_start, " is not in 0 to 1"});
        }
        struct Factor {
            const char* name;
            double value;
        };
        for (const Factor& factor :
             {Factor{"div_factor", options.div_factor}, Factor{"final_div_factor", options.final_div_factor}}) {
            if (is_nan(factor.value) || !(factor.value >= 1 && factor.value < 1e30)) {
                raise<OptionError>({factor.name, ": ", factor.value, " is not in 1 to below 1e30"});
            }
        }
    }

    double at(const TrainingTime& time) const {
        const double first = max_lr_ / options_.div_factor;
        const double last = first / options_.final_div_factor;
        const double peak = options_.pct_start * time.steps_in(epochs_) - 1;  // as a number of steps
        const double end = time.steps_in(epochs_) - 1;
        const double now = std::min(time.steps(), end);
        constexpr double rounding = 1e-9;  // a peak at step 0 may be computed as slightly above 0
        if (now < peak - rounding) return detail::cosine(first, max_lr_, now / peak);
        return end > peak ? detail::cosine(max_lr_, last, (now - peak) / (end - peak)) : max_lr_;
    }

private:
    double max_lr_;
    int epochs_;
    OneCycleOptions options_;
};

/// Warm-up for another schedule: that schedule's rate times a factor that rises linearly from `start_factor` to 1 over
/// the first `steps` steps (PyTorch's LinearLR with total_iters = steps, chained with the other by ChainedScheduler).
/// The other schedule's time also begins at the start of training.
template <LearningRate Rate>
class LinearWarmup {
public:
    /// For messages.
    static std::string name() { return joined_text({"LinearWarmup of ", schedule_name<Rate>()}); }

    /// @throws OptionError if `steps` is below 1, or the factor is not above 0 and at most 1.
    explicit LinearWarmup(const Rate& rate, int steps, double start_factor = 1.0 / 3)
        : rate_(rate), steps_(steps), start_factor_(start_factor) {
        detail::check_count("length of the warm-up", steps, "step");
        if (is_nan(start_factor) || !(start_factor > 0 && start_factor <= 1)) {
            raise<OptionError>({"start_factor: ", start_factor, " is not above 0 and at most 1"});
        }
    }

    double at(const TrainingTime& time) const
        requires TimedRate<Rate>
    {
        return at(time, {});
    }
    /// The same, if the other schedule depends on the results so far.
    double at(const TrainingTime& time, const History& history) const {
        const double share = std::min(time.steps() / static_cast<double>(steps_), 1.0);
        return rate_at(rate_, time, history) * (start_factor_ + (1 - start_factor_) * share);
    }
    /// Those of the other schedule.
    auto settings() const
        requires requires(const Rate& rate) { rate.settings(); }
    {
        return rate_.settings();
    }

private:
    Rate rate_;
    int steps_;
    double start_factor_;
};

}  // namespace norma::inline NORMA_TARGET
