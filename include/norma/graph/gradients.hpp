#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/order.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which step writes and which adds to the gradient of each value, and which gradients are one array. The steps are in
/// order of execution. Each step that consumes a value contributes to its gradient: the first writes (`=`), the others
/// add (`+=`).
class Gradients {
public:
    /// For `count` steps of a mode with gradients; of another mode, no step contributes.
    constexpr Gradients(GraphView graph, const OrderedStep* steps, int count, Mode mode)
        : graph_(graph), steps_(steps), count_(count) {
        array_.assign(std::size_t(graph.count) + 1, none);
        to_.assign(std::size_t(count), {});
        if (!mode.gradients) return;
        for (int s = 0; s < count; ++s) {
            const OrderedStep& step = steps[s];
            if (step.action == Action::loss) {
                array_.begin()[graph.output] = new_array(graph.output);
                for (int k = 0; k < graph.tap_count; ++k) {
                    array_.begin()[graph.taps[k].value] = new_array(graph.taps[k].value);
                }
            }
            if (step.action == Action::backward) {
                const OpFacts& facts = graph.nodes[step.node].facts;
                for (int k = 0; k < facts.inputs; ++k) {
                    if (facts.passes_gradient[k]) contribute(s, k);
                }
                for (int k = 0; k < facts.inputs; ++k) {
                    if (!facts.passes_gradient[k] && !facts.over_batch) contribute(s, k);
                }
            }
            if (step.action == Action::finish) contribute(s, 0);
        }
    }

    /// The array of the gradient of each value; −1 if it has none.
    constexpr const List<int>& arrays() const { return array_; }
    /// A value whose gradient is in each array.
    constexpr const List<int>& values() const { return values_; }
    /// What each step contributes to its inputs.
    constexpr const List<Contributions>& contributions() const { return to_; }

private:
    static constexpr int none = -1;

    constexpr int new_array(int value) {
        values_.push_back(value);
        return static_cast<int>(values_.size()) - 1;
    }

    constexpr void contribute(int s, int k) {
        const int node = steps_[s].node;
        const OpFacts& facts = graph_.nodes[node].facts;
        const int value = graph_.nodes[node].inputs[k];
        if (!graph_.has_gradient(value)) return;
        Contribution& to = to_.begin()[s][std::size_t(k)];
        int& array = array_.begin()[value];
        to.wanted = true;
        if (facts.input_is_slice[k]) {  // the first to contribute: see `Slicer`
            to.is_output_gradient = true;
            array = array_.begin()[node + 1];
            return;
        }
        if (array != none) {
            to.write = kernels::Write::add;
            return;
        }
        const bool hands_on = may_hand_on(s, k);
        if (facts.passes_gradient[k]) {
            to.is_output_gradient = hands_on && (!facts.over_batch || nothing_changes_it_before_finish(s, value));
        }
        const bool over_output = hands_on && k == 0 && facts.gradient_over_output;
        array = to.is_output_gradient || over_output ? array_.begin()[node + 1] : new_array(value);
    }
    /// Can the array of the output's gradient become that of input `k`? Not if it is a slice. Only one input can have
    /// it, and nothing else of the step may write to it, so the node must read the value once.
    constexpr bool may_hand_on(int s, int k) const {
        const FusedNode& node = graph_.nodes[steps_[s].node];
        if (node.slice.whole != 0) return false;
        for (int other = 0; other < node.facts.inputs; ++other) {
            if (other == k) continue;
            if (node.inputs[other] == node.inputs[k]) return false;
            if (to_.begin()[s][std::size_t(other)].is_output_gradient) return false;
        }
        return true;
    }
    /// A norm over the batch reads its output's gradient a second time, in its step `finish`. Does no other step write
    /// to the gradient of `value` until then?
    constexpr bool nothing_changes_it_before_finish(int s, int value) const {
        for (int later = s + 1; later < count_; ++later) {
            const OrderedStep& step = steps_[later];
            if (step.action == Action::finish && step.node == steps_[s].node) return true;
            if (step.action != Action::backward && step.action != Action::finish) continue;
            if (step.node + 1 == value) return false;
            const FusedNode& node = graph_.nodes[step.node];
            for (int k = 0; k < node.facts.inputs; ++k) {
                if (node.inputs[k] == value) return false;
            }
        }
        return true;
    }

    GraphView graph_;
    const OrderedStep* steps_;
    int count_;
    List<int> array_;
    List<int> values_;
    List<Contributions> to_;
};

/// The same by pointer.
struct GradientView {
    const int* array;                    ///< of each value
    const int* value;                    ///< in each array
    int arrays;                          ///< how many
    const Contributions* contributions;  ///< of each step

    /// Of `Gradients`, or of a constant that has the same lists.
    template <class G>
    constexpr explicit GradientView(const G& gradients)
        : array(gradients.arrays().begin()),
          value(gradients.values().begin()),
          arrays(static_cast<int>(gradients.values().size())),
          contributions(gradients.contributions().begin()) {}
};

/// Gradients as a constant, for `Values` values in `Arrays` arrays and `Steps` steps.
template <std::size_t Values, std::size_t Arrays, std::size_t Steps>
class FixedGradients {
public:
    constexpr explicit FixedGradients(const Gradients& gradients) {
        std::copy_n(gradients.arrays().begin(), Values, arrays_.begin());
        std::copy_n(gradients.values().begin(), Arrays, values_.begin());
        std::copy_n(gradients.contributions().begin(), Steps, to_.begin());
    }
    constexpr const std::array<int, Values>& arrays() const { return arrays_; }
    constexpr const std::array<int, Arrays>& values() const { return values_; }
    constexpr const std::array<Contributions, Steps>& contributions() const { return to_; }

private:
    std::array<int, Values> arrays_{};
    std::array<int, Arrays> values_{};
    std::array<Contributions, Steps> to_{};
};

}  // namespace norma::inline NORMA_TARGET::detail
