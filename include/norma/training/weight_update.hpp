#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/accumulated_gradient.hpp"
#include "norma/training/clip_grad_norm.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/lookahead.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/parameter_groups.hpp"
#include "norma/training/weight_average.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What a training does with gradients and weights beside the optimiser: groups of parameters, gradients of several
/// batches, lookahead and the average of weights. It knows no type of network or optimiser, so that it is compiled
/// once.
template <class T>
class WeightUpdate {
public:
    /// Nothing but a step of all parameters after each batch.
    WeightUpdate() = default;
    /// For a network with numbers of these sizes.
    /// @throws OptionError if an option is outside its range.
    [[gnu::cold]] WeightUpdate(ParameterGroups groups, const std::optional<Lookahead>& lookahead,
                               const std::optional<WeightAverage>& average, int batches_per_step,
                               const NetworkNumbers<T>& network)
        : groups_(std::move(groups)), batches_per_step_(batches_per_step) {
        if (batches_per_step < 1) {
            raise<OptionError>({"batches per step: ", batches_per_step, " is not at least 1"});
        }
        settings_ = groups_.settings();
        const auto add = [&](const std::vector<Setting>& settings) {
            settings_.insert(settings_.end(), settings.begin(), settings.end());
        };
        if (lookahead) {
            lookahead_.emplace(*lookahead, network);
            add(settings_of_option(*lookahead));
        }
        if (average) {
            average_.emplace(*average, network);
            add(settings_of_option(*average));
        }
        if (batches_per_step > 1) {
            accumulated_.emplace(network[0].size());
            add({{"batches per step", setting_text(batches_per_step)}});
        }
    }

    /// Must be called before an epoch, and before the rest of a resumed one.
    void begin_epoch(const NetworkNumbers<T>& network, int epoch) {
        groups_.begin_epoch(epoch);
        if (lookahead_) lookahead_->begin(network);
    }
    /// The groups of parameters, as they are in this epoch.
    const ParameterGroups& groups() const { return groups_; }

    /// Takes the gradient of the batch at `time`, whose weight is that of its samples, and changes the network (`=`) if
    /// it is time for a step: by `optimiser`, then by lookahead. Then `gradient` (`=`) is what the optimiser got: that
    /// of all batches since the last step, 0 for what is frozen, and scaled if its norm is above `max_grad_norm`.
    /// @throws OptionError if the optimiser refuses the rate.
    template <class O>
    void step(O& optimiser, const NetworkNumbers<T>& network, std::span<T> gradient, double weight, double rate,
              double max_grad_norm, const TrainingTime& time) {
        if (accumulated_) {
            accumulated_->add(gradient, weight);
            const bool is_last = time.step + 1 == time.steps_per_epoch;
            if (accumulated_->batches() < batches_per_step_ && !is_last) return;
            accumulated_->take(gradient);
        }
        groups_.clear_frozen(gradient);
        if (max_grad_norm < std::numeric_limits<double>::max()) clip_grad_norm(gradient, max_grad_norm);
        step_groups(optimiser, network[0], gradient, rate);
        if (lookahead_) lookahead_->after_step(network, time.epoch + (time.step + 1.0) / time.steps_per_epoch);
        if (average_) average_->after_step(network, time.epoch);
    }
    /// Writes (`=`) lookahead's slow weights to the network, if there are some.
    void finish(const NetworkNumbers<T>& network) const {
        if (lookahead_) lookahead_->copy_to(network);
    }
    /// Writes (`=`) the average to the network, if there is one.
    void copy_average_to(const NetworkNumbers<T>& network) const {
        if (average_) average_->copy_to(network);
    }

    /// Is there an average by now, which is to be evaluated?
    bool evaluates_average() const { return average_ && average_->is_to_be_evaluated(); }

    /// All that later steps depend on: calls `count(name, number)` and `array(name, numbers)`. While the count or
    /// the batches of an array are 0, its numbers do not matter.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) {
        visit(*this, count, array);
    }
    /// The same, to read.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) const {
        visit(*this, count, array);
    }

    /// The options, as names and values; none without options.
    const std::vector<Setting>& settings() const { return settings_; }

private:
    template <class O>
    void step_groups(O& optimiser, std::span<T> parameters, std::span<const T> gradient, double rate) const {
        if constexpr (GroupOptimiser<O, T>) {
            if (groups_.any()) return optimiser.step(parameters, gradient, rate, groups_.runs());
        }
        optimiser.step(parameters, gradient, rate);
    }
    template <class Self, class Count, class Array>
    static void visit(Self& self, const Count& count, const Array& array) {
        const auto visit_copy = [&](const std::string& name, auto& averaged) {
            count(name + ".count", averaged.count());
            array(name + ".parameters", averaged.numbers().array(0));
            array(name + ".running_mean", averaged.numbers().array(1));
            array(name + ".running_var", averaged.numbers().array(2));
        };
        if (self.lookahead_) visit_copy("lookahead", *self.lookahead_);
        if (self.average_) visit_copy("average", *self.average_);
        if (self.accumulated_) {
            count("accumulated.batches", self.accumulated_->batches());
            count("accumulated.weight", self.accumulated_->weight());
            array("accumulated.gradient", self.accumulated_->sum());
        }
    }

    ParameterGroups groups_;
    int batches_per_step_ = 1;
    std::optional<SlowWeights<T>> lookahead_;
    std::optional<AverageWeights<T>> average_;
    std::optional<AccumulatedGradient<T>> accumulated_;
    std::vector<Setting> settings_;
};

}  // namespace norma::inline NORMA_TARGET::detail
