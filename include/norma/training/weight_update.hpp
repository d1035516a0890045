#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/training/accumulated_gradient.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/lookahead.hpp"
#include "norma/training/network_numbers.hpp"
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
    WeightUpdate(ParameterGroups groups, const std::optional<Lookahead>& lookahead,
                 const std::optional<WeightAverage>& average, int batches_per_step, const NetworkNumbers<T>& network)
        : groups_(std::move(groups)), batches_per_step_(batches_per_step) {
        if (batches_per_step < 1) {
            raise<OptionError>("batches per step: " + std::to_string(batches_per_step) + " is not at least 1");
        }
        if (lookahead) lookahead_.emplace(*lookahead, network);
        if (average) average_.emplace(*average, network);
        if (batches_per_step > 1) accumulated_.emplace(network[0].size());
    }

    /// The groups of parameters.
    ParameterGroups& groups() { return groups_; }

    /// Takes the gradient of a batch, whose weight is that of its samples. Returns whether it is time for a step: then
    /// `gradient` (`=`) is that of all batches since the last one, and 0 for what is frozen.
    bool take(std::span<T> gradient, double weight, bool is_last_of_epoch) {
        if (accumulated_) {
            accumulated_->add(gradient, weight);
            if (accumulated_->batches() < batches_per_step_ && !is_last_of_epoch) return false;
            accumulated_->take(gradient);
        }
        groups_.clear_frozen(gradient);
        return true;
    }
    /// Must be called before each step of the optimiser.
    void before_step(const NetworkNumbers<T>& network) {
        if (lookahead_) lookahead_->before_step(network);
    }
    /// Must be called after each step of the optimiser; `time` is that of its last batch. Changes the network (`=`) by
    /// lookahead.
    void after_step(const NetworkNumbers<T>& network, const TrainingTime& time) {
        const double end = time.epoch + (time.step + 1.0) / time.steps_per_epoch;
        if (lookahead_) lookahead_->after_step(network, end);
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

    /// All that later steps depend on: calls `count(name, number)` and `array(name, numbers)`. While the steps or
    /// batches of an array are 0, its numbers do not matter.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) {
        visit(*this, count, array);
    }
    /// The same, to read.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) const {
        visit(*this, count, array);
    }

private:
    template <class Self, class Count, class Array>
    static void visit(Self& self, const Count& count, const Array& array) {
        const auto visit_copy = [&](const std::string& name, auto& averaged) {
            count(name + ".steps", averaged.steps());
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
};

}  // namespace norma::inline NORMA_TARGET::detail
