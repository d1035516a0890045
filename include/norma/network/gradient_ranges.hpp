#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "norma/core/target.hpp"
#include "norma/network/plan_view.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Neighbouring parameters whose gradients one pass computes.
struct GradientRange {
    long long begin;  ///< in the array of parameters
    long long end;    ///< one past the last
    bool adds;        ///< an earlier pass computed gradients of the same parameters

    friend constexpr bool operator==(const GradientRange&, const GradientRange&) = default;
};

/// Sorts the ranges of one pass and joins those that only padding separates.
[[gnu::cold]] inline std::vector<GradientRange> joined_ranges(std::vector<GradientRange> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    std::vector<GradientRange> joined;
    for (const GradientRange& range : ranges) {
        if (joined.empty() || range.begin > joined.back().end || range.adds != joined.back().adds) {
            joined.push_back(range);
        } else {
            joined.back().end = std::max(joined.back().end, range.end);
        }
    }
    return joined;
}

/// Calls `f(node, first of the parameters, how many)` for the weights and biases whose gradients a pass computes.
template <class T, class F>
void for_each_gradient(const PlanView<T>& plan, const Pass& pass, const F& f) {
    for (int s = pass.first; s < pass.last; ++s) {
        const Step& step = plan.steps[std::size_t(s)];
        if (step.action != Action::backward) continue;
        const FusedNode& node = plan.nodes[std::size_t(step.node)];
        if (node.facts.weight_count > 0) f(node, node.weight_offset, node.facts.weight_count);
        if (node.facts.bias_count > 0) f(node, node.bias_offset, node.facts.bias_count);
    }
}

/// For each pass of a plan, the parameters whose gradients it computes, in order. Ranges that only padding separates
/// are one.
template <class Value>
[[gnu::cold]] std::vector<std::vector<GradientRange>> gradient_ranges(const PlanView<Value>& plan) {
    std::vector<std::vector<GradientRange>> passes;
    std::vector<long long> earlier;
    for (const Pass& pass : plan.passes) {
        std::vector<GradientRange> ranges;
        for_each_gradient(plan, pass, [&](const FusedNode&, long long begin, int count) {
            const bool adds = std::find(earlier.begin(), earlier.end(), begin) != earlier.end();
            ranges.push_back({begin, begin + padded(count), adds});
        });
        for (const GradientRange& range : ranges) earlier.push_back(range.begin);
        passes.push_back(joined_ranges(ranges));
    }
    return passes;
}

/// For each pass of a plan, those of these parameters whose gradients must be 0 when a chunk begins: all but what the
/// chunk's first sample writes.
template <class T>
[[gnu::cold]] std::vector<std::vector<GradientRange>> cleared_ranges(const PlanView<T>& plan) {
    std::vector<std::vector<GradientRange>> passes;
    for (const Pass& pass : plan.passes) {
        std::vector<GradientRange> ranges;
        for_each_gradient(plan, pass, [&](const FusedNode& node, long long begin, int count) {
            const int written = node.assigns_gradients() ? count : 0;
            if (written < padded(count)) ranges.push_back({begin + written, begin + padded(count), false});
        });
        passes.push_back(joined_ranges(ranges));
    }
    return passes;
}

}  // namespace norma::inline NORMA_TARGET::detail
