#pragma once

#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which step writes and which adds to the gradient of each value, and which gradients are one array. The steps are in
/// order of execution. Each step that consumes a value contributes to its gradient: the first writes (`=`), the others
/// add (`+=`).
class Gradients {
public:
    /// Keeps references to both.
    constexpr Gradients(const FusedGraph& graph, const List<Step>& steps) : graph_(graph), steps_(steps) {
        array_.assign(graph.nodes.size() + 1, none);
        to_.assign(steps.size(), {});
        for (std::size_t s = 0; s < steps.size(); ++s) {
            const Step& step = steps[s];
            if (step.action == Action::loss) array_[std::size_t(graph.output)] = new_array(graph.output);
            if (step.action == Action::backward) {
                const OpFacts& facts = node(step).facts;
                for (int k = 0; k < facts.inputs; ++k) {
                    if (facts.passes_gradient[std::size_t(k)]) contribute(s, k);
                }
                for (int k = 0; k < facts.inputs; ++k) {
                    if (!facts.passes_gradient[std::size_t(k)] && !facts.over_batch) contribute(s, k);
                }
            }
            if (step.action == Action::finish) contribute(s, 0);
        }
    }

    /// How many arrays there are.
    constexpr int arrays() const { return static_cast<int>(values_.size()); }
    /// A value whose gradient is in array `a`.
    constexpr int value_in(int a) const { return values_[std::size_t(a)]; }
    /// The array of the gradient of `value`.
    constexpr int array(int value) const { return array_[std::size_t(value)]; }
    /// What step `s` contributes to its inputs.
    constexpr const Contributions& contributions(std::size_t s) const { return to_[s]; }

private:
    static constexpr int none = -1;

    constexpr const FusedNode& node(const Step& step) const { return graph_.nodes[std::size_t(step.node)]; }
    constexpr int new_array(int value) {
        values_.push_back(value);
        return arrays() - 1;
    }

    constexpr void contribute(std::size_t s, int k) {
        const Step& step = steps_[s];
        const OpFacts& facts = node(step).facts;
        const int value = node(step).inputs[std::size_t(k)];
        if (value == 0) return;
        Contribution& to = to_[s][std::size_t(k)];
        int& array = array_[std::size_t(value)];
        to.wanted = true;
        if (array != none) {
            to.write = kernels::Write::add;
            return;
        }
        const int output = array_[std::size_t(step.node + 1)];
        if (facts.passes_gradient[std::size_t(k)]) {
            to.is_output_gradient = !facts.over_batch || nothing_changes_it_before_finish(s, value);
            array = to.is_output_gradient ? output : new_array(value);
        } else {
            array = facts.gradient_over_output ? output : new_array(value);
        }
    }
    /// A norm over the batch reads its output's gradient a second time, in its step `finish`. Does no other step write
    /// to the gradient of `value` until then?
    constexpr bool nothing_changes_it_before_finish(std::size_t s, int value) const {
        for (std::size_t later = s + 1; later < steps_.size(); ++later) {
            const Step& step = steps_[later];
            if (step.action == Action::finish && step.node == steps_[s].node) return true;
            if (step.action != Action::backward && step.action != Action::finish) continue;
            if (step.node + 1 == value) return false;
            for (const int v : node(step).reads()) {
                if (v == value) return false;
            }
        }
        return true;
    }

    const FusedGraph& graph_;
    const List<Step>& steps_;
    List<int> array_;
    List<int> values_;
    List<Contributions> to_;
};

}  // namespace norma::inline NORMA_TARGET::detail
