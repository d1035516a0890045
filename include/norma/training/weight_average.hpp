#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/update_part.hpp"

namespace norma::inline NORMA_TARGET {

/// A moving average of a network's weights beside the network, which it does not change: PyTorch's
/// torch.optim.swa_utils.AveragedModel with use_buffers=True. The first of the averaged networks is copied; each later
/// one moves the average by 1 − `decay` of the way (get_ema_multi_avg_fn), or, if `cumulative`, so that all have the
/// same share (SWA, Izmailov et al., 2018, arXiv 1803.05407). The running statistics of norms over the batch are
/// averaged like weights; `update_bn` estimates them again.
struct WeightAverage {
    double decay = 0.999;     ///< share of the old average, from 0 to below 1
    int every = 1;            ///< steps of the optimiser from one averaged network to the next
    int from_epoch = 0;       ///< the first epoch that is averaged, counted from 0
    bool cumulative = false;  ///< all averaged networks have the same share, whatever `decay` is
    bool evaluate = true;     ///< `fit` evaluates it on the test samples too: "test_accuracy_of_average", …
};

/// Validates the options.
/// @throws OptionError if one is outside its range.
[[gnu::cold]] inline void validate_options(const WeightAverage& average) {
    const auto refuse = [](const std::string& what) { raise<OptionError>({"weight average: ", what}); };
    if (!is_rate(average.decay) || !(average.decay < 1)) {
        refuse(joined_text({"decay: ", average.decay, " is not in 0 to below 1"}));
    }
    if (average.every < 1) refuse(joined_text({"every: ", average.every, " is not at least 1"}));
    if (average.from_epoch < 0) refuse(joined_text({"from_epoch: ", average.from_epoch, " is negative"}));
}

namespace detail {

/// The average of a training.
template <class T>
class AverageWeights {
public:
    /// For a network with numbers of these sizes.
    AverageWeights(const WeightAverage& options, const NetworkNumbers<T>& network)
        : options_(options), average_(network) {
        validate_options(options);
    }

    /// Counts a step of the optimiser in epoch `epoch`, and takes the network into the average if it is time.
    void after_step(const NetworkNumbers<T>& network, int epoch) {
        if (epoch < options_.from_epoch || ++count_ % options_.every != 0) return;
        const std::int64_t averaged = count_ / options_.every;
        if (averaged == 1) return average_.copy_from(network);
        average_.move_towards(network, options_.cumulative ? 1 / static_cast<double>(averaged) : 1 - options_.decay);
    }
    /// Writes (`=`) the average to the network, if there is one yet.
    void copy_to(const NetworkNumbers<T>& network) const {
        if (has_begun()) average_.copy_to(network);
    }
    /// Is there one yet, and does `fit` evaluate it?
    bool is_to_be_evaluated() const { return options_.evaluate && has_begun(); }

    /// As given.
    const WeightAverage& options() const { return options_; }
    /// What later steps depend on.
    NumbersCopy<T>& numbers() { return average_; }
    const NumbersCopy<T>& numbers() const { return average_; }
    /// Steps of the optimiser since the average began.
    std::int64_t& count() { return count_; }
    std::int64_t count() const { return count_; }

private:
    bool has_begun() const { return count_ >= options_.every; }

    WeightAverage options_;
    NumbersCopy<T> average_;
    std::int64_t count_ = 0;
};

/// The options that training depends on, as names and values.
[[gnu::cold]] inline std::vector<Setting> settings_of_option(const WeightAverage& options) {
    return {{"average decay", setting_text(options.decay)},
            {"average every", setting_text(options.every)},
            {"average from epoch", setting_text(options.from_epoch)},
            {"average is cumulative", setting_text(options.cumulative)}};
}

/// Carries out the option.
template <class T>
class AveragePart final : public UpdatePart<T> {
public:
    AveragePart(const WeightAverage& options, const NetworkNumbers<T>& network) : average_(options, network) {}
    static Owned<UpdatePart<T>> made(const std::optional<WeightAverage>& options, const NetworkNumbers<T>& network) {
        if (!options) return {};
        return Owned<UpdatePart<T>>(new AveragePart(*options, network));
    }

    void add_settings(std::vector<Setting>& settings) const override {
        norma::add_settings(settings, settings_of_option(average_.options()));
    }
    void after_step(const NetworkNumbers<T>& network, const TrainingTime& time) override {
        average_.after_step(network, time.epoch);
    }
    void copy_average_to(const NetworkNumbers<T>& network) const override { average_.copy_to(network); }
    bool evaluates_average() const override { return average_.is_to_be_evaluated(); }
    void visit(const StateVisitor<T>& visitor) override { visit_copy(visitor, "average", average_); }

private:
    AverageWeights<T> average_;
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
