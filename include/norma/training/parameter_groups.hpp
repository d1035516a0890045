#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/network/parameter_info.hpp"
#include "norma/network/state_names.hpp"
#include "norma/ops/facts.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/optimiser.hpp"

namespace norma::inline NORMA_TARGET {

/// More epochs than any training has.
inline constexpr int all_epochs = std::numeric_limits<int>::max();

/// How a parameter is trained; the default is as the optimiser's options and the schedule say. The gradient of a frozen
/// parameter is 0, and a step changes neither it nor the optimiser's state of it, by not one bit. A norm whose
/// parameters are all frozen normalises by its running statistics, which then do not change, as PyTorch's BatchNorm
/// in evaluation mode (`.eval()`) and torchvision's FrozenBatchNorm2d do.
struct ParameterGroup {
    double rate = 1;                          ///< factor on the learning rate
    std::optional<double> weight_decay = {};  ///< in place of the optimiser's
    bool frozen = false;                      ///< in all epochs
    int trained_epochs = all_epochs;  ///< is frozen after so many epochs, counted from the first of the training

    /// Is it trained in epoch `epoch`, counted from 0?
    bool is_trained(int epoch) const { return !frozen && epoch < trained_epochs; }
    /// Does it step by the same rate and weight decay, whenever it is trained?
    bool steps_like(const ParameterGroup& other) const {
        return !(rate < other.rate) && !(rate > other.rate) && weight_decay == other.weight_decay;
    }
    friend bool operator==(const ParameterGroup& a, const ParameterGroup& b) {
        return a.steps_like(b) && a.frozen == b.frozen && a.trained_epochs == b.trained_epochs;
    }
};

/// A rule that puts each parameter into a group. A trainer calls it once for each parameter, when it is made.
/// @snippet examples_test.cpp parameters
using ParameterRule = std::function<ParameterGroup(const ParameterInfo&)>;

/// The rule of most recipes: weight decay for the weights of convolutions and linear layers (and what is `other`), none
/// for norms and biases.
inline ParameterGroup no_decay_on_norms_and_biases(const ParameterInfo& parameter) {
    const ParameterKind kind = parameter.kind;
    const bool is_bias = kind == ParameterKind::bias || kind == ParameterKind::norm_bias;
    if (is_bias || kind == ParameterKind::norm_weight) return {.weight_decay = 0.0};
    return {};
}

namespace detail {

/// The group in words, for checkpoints and messages: "rate 64, weight decay 0.1, trained for 3 epochs".
[[gnu::cold]] inline std::string text_of(const ParameterGroup& group) {
    if (!group.is_trained(0)) return "frozen";
    std::string text = joined_text({"rate ", setting_text(group.rate)});
    if (group.weight_decay) text += joined_text({", weight decay ", setting_text(*group.weight_decay)});
    if (group.trained_epochs < all_epochs) {
        text += joined_text({", trained for ", group.trained_epochs, " epochs"});
    }
    return text;
}

/// The groups of parameters, as a step reads them.
class TrainedGroups {
public:
    TrainedGroups(const TrainedGroups&) = delete;
    TrainedGroups& operator=(const TrainedGroups&) = delete;
    virtual ~TrainedGroups() = default;

    /// Must be called before an epoch, and before the rest of a resumed one. Returns whether `frozen_norms` changed.
    /// @throws OptionError if all parameters are frozen in this epoch.
    virtual bool begin_epoch(int epoch) = 0;

    /// What the optimiser steps in this epoch.
    std::span<const ParameterRun> runs() const { return {runs_.data(), runs_.size()}; }
    /// The nodes of the network's graph that are norms with parameters, all of them frozen in this epoch.
    std::span<const int> frozen_norms() const { return {frozen_norms_.data(), frozen_norms_.size()}; }
    /// Writes (`=`) 0 to the gradient of what is frozen in this epoch.
    template <class T>
    void clear_frozen(std::span<T> gradient) const {
        for (const ParameterRun& run : frozen_) std::fill_n(gradient.data() + run.offset, run.size, T(0));
    }
    /// The groups, as names and values, of parameters that are not trained by default.
    const std::vector<Setting>& settings() const { return settings_; }

protected:
    TrainedGroups() = default;

    std::vector<ParameterRun> runs_;
    std::vector<ParameterRun> frozen_;
    std::vector<int> frozen_norms_;
    std::vector<Setting> settings_;
};

/// The parameters of a network in their groups, by a rule as `ParameterRule`.
template <class Rule>
class ParameterGroups final : public TrainedGroups {
public:
    /// @throws OptionError if the rule gives a number outside its range, or freezes all parameters.
    [[gnu::cold]] ParameterGroups(std::span<const ParameterInfo> parameters, const Rule& rule) {
        bool any_trained = false;
        for (const ParameterInfo& parameter : parameters) {
            const ParameterGroup group = rule(parameter);
            const auto refuse = [&](const std::string& what) {
                raise<OptionError>({"parameters: the rule gives ", parameter.name, " ", what});
            };
            const auto validate_factor = [&](const char* what, double value) {
                if (!is_rate(value)) {
                    refuse(joined_text({what, value, ", which is not at least 0 and below 1,000,000"}));
                }
            };
            validate_factor("the rate ", group.rate);
            if (group.weight_decay) validate_factor("the weight decay ", *group.weight_decay);
            if (group.trained_epochs < 0) refuse("a negative number of trained epochs");
            any_trained = any_trained || group.is_trained(0);
            parts_.push_back({parameter.offset,
                              static_cast<std::size_t>(padded(static_cast<long long>(parameter.size))), parameter.node,
                              is_of_norm(parameter.kind), group});
            if (group != ParameterGroup{}) {
                add_setting(settings_, joined_text({"parameter ", parameter.name}), text_of(group));
            }
        }
        if (!any_trained)
            raise<OptionError>("parameters: the rule freezes all parameters, so there is nothing to train");
    }

    bool begin_epoch(int epoch) override {
        const std::vector<int> before = frozen_norms_;
        runs_.clear();
        frozen_.clear();
        frozen_norms_.clear();
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const Part& part = parts_[i];
            const ParameterGroup& group = part.group;
            if (part.of_norm) take_norm(i, epoch);
            if (!group.is_trained(epoch)) {
                frozen_.push_back({part.offset, part.size});
            } else if (!runs_.empty() && parts_[i - 1].group.is_trained(epoch) &&
                       parts_[i - 1].group.steps_like(group)) {
                runs_.back().size = part.offset + part.size - runs_.back().offset;
            } else {
                runs_.push_back({part.offset, part.size, group.rate, group.weight_decay});
            }
        }
        if (runs_.empty()) {
            raise<OptionError>(
                {"parameters: in epoch ", epoch,
                 " (counted from 0) the rule freezes all parameters, so there is nothing to train; train "
                 "fewer epochs, or some parameters for more (trained_epochs)"});
        }
        return before != frozen_norms_;
    }

private:
    struct Part {
        std::size_t offset;
        std::size_t size;  ///< with the gap after it, which is 0 and stays 0
        int node;
        bool of_norm;
        ParameterGroup group;
    };

    static bool is_of_norm(ParameterKind kind) {
        return kind == ParameterKind::norm_weight || kind == ParameterKind::norm_bias;
    }
    /// A norm is frozen if its weight and its bias are; its parts are neighbours.
    void take_norm(std::size_t i, int epoch) {
        const Part& part = parts_[i];
        const bool is_second = i > 0 && parts_[i - 1].node == part.node;
        if (part.group.is_trained(epoch)) {
            if (is_second && !frozen_norms_.empty() && frozen_norms_.back() == part.node) frozen_norms_.pop_back();
        } else if (!is_second) {
            frozen_norms_.push_back(part.node);
        }
    }

    std::vector<Part> parts_;  ///< in the order of the array
};

/// The groups by `rule` of the parameters of `nodes`, whose learned parts have these names, for an optimiser that can
/// step groups, or not; null without a rule.
/// @throws OptionError as the constructor, or if the optimiser cannot step groups.
template <class Rule>
[[gnu::cold]] Owned<TrainedGroups> make_groups(const Rule& rule, std::span<const Node> nodes,
                                               std::vector<std::string> (*names)(), bool steps_groups) {
    if (!rule) return {};
    if (!steps_groups) {
        raise<OptionError>(
            "parameters: this optimiser steps all parameters alike; leave out the rule, or give its step a fourth "
            "argument, std::span<const ParameterRun>");
    }
    return Owned<TrainedGroups>(new ParameterGroups<Rule>(parameter_infos(nodes, checked_names(nodes, names())), rule));
}

/// The code of the option `parameters`.
template <class Rule>
struct GroupsCode {
    decltype(&make_groups<Rule>) make = nullptr;

    /// With all of the code.
    static GroupsCode all() { return {make_groups<Rule>}; }
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
