#pragma once

#include <algorithm>
#include <array>
#include <cmath>
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

/// Lookahead (Zhang et al., 2019, arXiv 1907.08610): after every `every` steps of the optimiser, slow weights move
/// towards the network's, and the network's become the slow weights: slow ← d · slow + (1 − d) · network, network ←
/// slow. The paper's α is 1 − d. The running statistics of norms over the batch are averaged like weights. At time t,
/// in epochs, d is `decay` · (t / `epochs`)^`power`, so that with a `power` above 0 the slow weights begin as the
/// network's and hardly move at the end; with power 0, d is `decay`.
struct Lookahead {
    int every = 5;       ///< steps of the optimiser
    double decay = 0.5;  ///< share of the old slow weights, from 0 to 1
    double power = 0;    ///< of the growth of that share
    double epochs = 0;   ///< length of that growth; above 0 if `power` is

    /// d after the step that ends at time `t`, in epochs.
    double decay_at(double t) const { return power > 0 ? decay * std::pow(std::min(t / epochs, 1.0), power) : decay; }
};

/// Validates the options.
/// @throws OptionError if one is outside its range.
[[gnu::cold]] inline void validate_options(const Lookahead& lookahead) {
    const auto refuse = [](const std::string& what) { raise<OptionError>({"lookahead: ", what}); };
    if (lookahead.every < 1) refuse(joined_text({"every: ", lookahead.every, " is not at least 1"}));
    if (!is_rate(lookahead.decay) || lookahead.decay > 1) {
        refuse(joined_text({"decay: ", lookahead.decay, " is not in 0 to 1"}));
    }
    if (!is_rate(lookahead.power)) refuse(joined_text({"power: ", lookahead.power, " is not at least 0"}));
    if (!is_rate(lookahead.epochs) || (lookahead.power > 0 && !(lookahead.epochs > 0))) {
        refuse(joined_text({"epochs: ", lookahead.epochs, " is not above 0, which a decay with a power needs"}));
    }
}

namespace detail {

/// The slow weights of a training.
template <class T>
class SlowWeights {
public:
    /// For a network with numbers of these sizes.
    SlowWeights(const Lookahead& options, const NetworkNumbers<T>& network) : options_(options), slow_(network) {
        validate_options(options);
    }

    /// Must be called before each epoch: the slow weights begin as the network's before the first batch.
    void begin(const NetworkNumbers<T>& network) {
        if (count_ > 0) return;
        slow_.copy_from(network);
        count_ = 1;
    }
    /// Counts a step of the optimiser that ended at time `t`, in epochs, and changes the network (`=`) if it is time.
    void after_step(const NetworkNumbers<T>& network, double t) {
        if (count_++ % options_.every != 0) return;
        slow_.move_towards(network, 1 - options_.decay_at(t));
        slow_.copy_to(network);
    }
    /// Writes (`=`) the slow weights to the network, if they have begun.
    void copy_to(const NetworkNumbers<T>& network) const {
        if (count_ > 0) slow_.copy_to(network);
    }

    /// As given.
    const Lookahead& options() const { return options_; }
    /// What later steps depend on.
    NumbersCopy<T>& numbers() { return slow_; }
    const NumbersCopy<T>& numbers() const { return slow_; }
    /// One more than the steps of the optimiser so far; 0 before the slow weights begin.
    std::int64_t& count() { return count_; }
    std::int64_t count() const { return count_; }

private:
    Lookahead options_;
    NumbersCopy<T> slow_;
    std::int64_t count_ = 0;
};

/// The options, as names and values.
[[gnu::cold]] inline std::vector<Setting> settings_of_option(const Lookahead& options) {
    return {{"lookahead every", setting_text(options.every)},
            {"lookahead decay", setting_text(options.decay)},
            {"lookahead power", setting_text(options.power)},
            {"lookahead epochs", setting_text(options.epochs)}};
}

/// Carries out the option.
template <class T>
class LookaheadPart final : public UpdatePart<T> {
public:
    LookaheadPart(const Lookahead& options, const NetworkNumbers<T>& network) : slow_(options, network) {}
    static Owned<UpdatePart<T>> made(const std::optional<Lookahead>& options, const NetworkNumbers<T>& network) {
        if (!options) return {};
        return Owned<UpdatePart<T>>(new LookaheadPart(*options, network));
    }

    void add_settings(std::vector<Setting>& settings) const override {
        norma::add_settings(settings, settings_of_option(slow_.options()));
    }
    void begin_epoch(const NetworkNumbers<T>& network) override { slow_.begin(network); }
    void after_step(const NetworkNumbers<T>& network, const TrainingTime& time) override {
        slow_.after_step(network, time.epoch + (time.step + 1.0) / time.steps_per_epoch);
    }
    void finish(const NetworkNumbers<T>& network) const override { slow_.copy_to(network); }
    void visit(const StateVisitor<T>& visitor) override { visit_copy(visitor, "lookahead", slow_); }

private:
    SlowWeights<T> slow_;
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
