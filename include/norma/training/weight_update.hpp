#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/inline.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/options.hpp"
#include "norma/training/parameter_groups.hpp"
#include "norma/training/update_part.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What a training does with gradients and weights beside the optimiser: groups of parameters, gradients of several
/// batches, lookahead and the average of weights. It knows no type of network or optimiser, so that it is compiled
/// once.
template <class T>
class WeightUpdate {
public:
    /// Nothing but a step of all parameters after each batch.
    WeightUpdate() = default;
    /// For a network with numbers of these sizes; `groups` may be null.
    /// @throws OptionError if an option is outside its range.
    [[gnu::cold]] WeightUpdate(Owned<TrainedGroups> groups, const OptionalLookahead& lookahead,
                               const OptionalAverage& average, const BatchesPerStep& batches_per_step,
                               const MaxGradNorm& max_grad_norm, const NetworkNumbers<T>& network)
        : groups_(std::move(groups)) {
        if (groups_) settings_ = groups_->settings();
        add(0, lookahead, network);
        add(1, average, network);
        add(2, batches_per_step, network);
        add(3, max_grad_norm, network);
    }

    /// Must be called before an epoch, and before the rest of a resumed one.
    void begin_epoch(const NetworkNumbers<T>& network, int epoch) {
        if (groups_) groups_->begin_epoch(epoch);
        for (const auto& part : parts_)
            if (part) part->begin_epoch(network);
    }
    /// The nodes of the network's graph that are norms with parameters, all of them frozen in this epoch.
    std::span<const int> frozen_norms() const { return groups_ ? groups_->frozen_norms() : std::span<const int>(); }

    /// Takes the gradient of the batch at `time`, whose weight is that of its samples, and changes the network (`=`) if
    /// it is time for a step: by `optimiser`, then by lookahead. Then `gradient` (`=`) is what the optimiser got: that
    /// of all batches since the last step, 0 for what is frozen, and scaled if its norm is too large.
    /// @throws OptionError if the optimiser refuses the rate.
    template <class O>
    void step(O& optimiser, const NetworkNumbers<T>& network, std::span<T> gradient, double weight, double rate,
              const TrainingTime& time) {
        for (const auto& part : parts_) {
            if (part && !part->takes(gradient, weight, time)) return;
        }
        if (groups_) groups_->clear_frozen(gradient);
        for (const auto& part : parts_)
            if (part) part->change(gradient);
        step_groups(optimiser, network[0], gradient, rate);
        for (const auto& part : parts_)
            if (part) part->after_step(network, time);
    }
    /// Writes (`=`) lookahead's slow weights to the network, if there are some.
    void finish(const NetworkNumbers<T>& network) const {
        for (const auto& part : parts_)
            if (part) part->finish(network);
    }
    /// Writes (`=`) the average to the network, if there is one.
    void copy_average_to(const NetworkNumbers<T>& network) const {
        for (const auto& part : parts_)
            if (part) part->copy_average_to(network);
    }

    /// Is there an average by now, which is to be evaluated?
    bool evaluates_average() const {
        for (const auto& part : parts_) {
            if (part && part->evaluates_average()) return true;
        }
        return false;
    }

    /// All that later steps depend on: calls `count(name, number)` and `array(name, numbers)`. While the count or
    /// the batches of an array are 0, its numbers do not matter.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) {
        for (const auto& part : parts_)
            if (part) part->visit({count, count, array});
    }
    /// The same, to read.
    template <class Count, class Array>
    void visit_state(const Count& count, const Array& array) const {
        const auto read = [&](const std::string& name, auto& number) { count(name, std::as_const(number)); };
        const auto read_array = [&](const std::string& name, std::span<T> numbers) {
            array(name, std::span<const T>(numbers));
        };
        for (const auto& part : parts_)
            if (part) part->visit({read, read, read_array});
    }

    /// The options, as names and values; none without options.
    const std::vector<Setting>& settings() const { return settings_; }

private:
    /// Makes part `k`, which carries out an option, if a program gave it.
    template <class Option>
    void add(std::size_t k, const Option& option, const NetworkNumbers<T>& network) {
        const auto make = option.code().template make<T>();
        if (make == nullptr) return;
        parts_[k] = make(option.get(), network);
        if (parts_[k]) parts_[k]->add_settings(settings_);
    }
    template <class O>
    void step_groups(O& optimiser, std::span<T> parameters, std::span<const T> gradient, double rate) const {
        if constexpr (GroupOptimiser<O, T>) {
            if (groups_) return optimiser.step(parameters, gradient, rate, groups_->runs());
        }
        optimiser.step(parameters, gradient, rate);
    }

    Owned<TrainedGroups> groups_;    ///< null: all parameters are trained alike
    Owned<UpdatePart<T>> parts_[4];  ///< in the order in which they come; null if there is nothing to do
    std::vector<Setting> settings_;
};

}  // namespace norma::inline NORMA_TARGET::detail
