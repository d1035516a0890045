#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "norma/core/array_view.hpp"
#include "norma/core/list.hpp"
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

/// The ranges of each pass of a plan, in order. Ranges that only padding separates are one.
class PassRanges {
public:
    /// Adds a range to the pass that comes after those that have ended.
    void add(const GradientRange& range) {
        all_.push_back(range);
        for (std::size_t k = all_.size() - 1; k > begin_ && all_[k].begin < all_[k - 1].begin; --k) {
            std::swap(all_[k], all_[k - 1]);
        }
    }
    /// It has all.
    void end_pass() {
        std::size_t end = begin_;
        for (std::size_t k = begin_; k < all_.size(); ++k) {
            const GradientRange range = all_[k];
            if (end == begin_ || range.begin > all_[end - 1].end || range.adds != all_[end - 1].adds) {
                all_[end++] = range;
            } else {
                all_[end - 1].end = std::max(all_[end - 1].end, range.end);
            }
        }
        all_.shrink(end);
        begin_ = end;
        ends_.push_back(end);
    }

    /// Passes that have ended.
    std::size_t size() const { return ends_.size(); }
    /// Those of a pass.
    ArrayView<GradientRange> operator[](std::size_t pass) const {
        const std::size_t begin = pass == 0 ? 0 : ends_[pass - 1];
        return {all_.begin() + begin, ends_[pass] - begin};
    }
    friend bool operator==(const PassRanges&, const PassRanges&) = default;

private:
    List<GradientRange> all_;
    List<std::size_t> ends_;
    std::size_t begin_ = 0;  ///< of the pass that has not ended
};

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

/// For each pass of a plan, the parameters whose gradients it computes.
template <class Value>
[[gnu::cold]] PassRanges gradient_ranges(const PlanView<Value>& plan) {
    PassRanges ranges;
    for (const Pass& pass : plan.passes) {
        for_each_gradient(plan, pass, [&](const FusedNode&, long long begin, int count) {
            bool adds = false;
            for (const Pass& earlier : plan.passes.first(ranges.size())) {
                for_each_gradient(plan, earlier,
                                  [&](const FusedNode&, long long other, int) { adds = adds || other == begin; });
            }
            ranges.add({begin, begin + padded(count), adds});
        });
        ranges.end_pass();
    }
    return ranges;
}

/// For each pass of a plan, those of these parameters whose gradients must be 0 when a chunk begins: all but what the
/// chunk's first sample writes.
template <class T>
[[gnu::cold]] PassRanges cleared_ranges(const PlanView<T>& plan) {
    PassRanges ranges;
    for (const Pass& pass : plan.passes) {
        for_each_gradient(plan, pass, [&](const FusedNode& node, long long begin, int count) {
            const int written = node.assigns_gradients() ? count : 0;
            if (written < padded(count)) ranges.add({begin + written, begin + padded(count), false});
        });
        ranges.end_pass();
    }
    return ranges;
}

}  // namespace norma::inline NORMA_TARGET::detail
