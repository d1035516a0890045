#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/graph/mode.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which nodes run in which segment and pass. A node is in the earliest segment that has all its inputs; a norm over
/// the batch is in the segment after that of its input.
class Schedule {
public:
    /// Keeps a reference to `graph`.
    constexpr Schedule(const FusedGraph& graph, Mode mode) : graph_(graph), gradients_(mode.gradients) {
        const std::size_t count = graph.nodes.size();
        int last = 0;
        for (const FusedNode& node : graph.nodes) {
            int segment = 0;
            for (std::size_t k = 0; k < node.reads().size(); ++k) {
                const int before = segment_of_value(node.inputs[k]);
                segment = std::max(segment, before + (k == 0 && node.facts.over_batch ? 1 : 0));
            }
            segment_.push_back(segment);
            last = std::max(last, segment);
        }
        begin_.assign(std::size_t(last) + 2, 0);
        for (const int segment : segment_) ++begin_[std::size_t(segment) + 1];
        for (std::size_t s = 1; s < begin_.size(); ++s) begin_[s] += begin_[s - 1];
        nodes_.assign(count, 0);
        List<int> next = begin_;
        for (std::size_t i = 0; i < count; ++i) {
            nodes_[std::size_t(next[std::size_t(segment_[i])]++)] = static_cast<int>(i);
        }
    }

    constexpr int segments() const { return static_cast<int>(begin_.size()) - 1; }
    constexpr int passes() const { return gradients_ ? 2 * segments() - 1 : segments(); }
    constexpr int segment(int node) const { return segment_[std::size_t(node)]; }
    constexpr int segment_of_value(int value) const { return value == 0 ? 0 : segment(value - 1); }
    constexpr int segment_of_pass(int pass) const {
        return pass < segments() ? pass : 2 * (segments() - 1) - pass;
    }
    /// The pass that runs the nodes of a segment backward.
    constexpr int backward_pass(int segment) const { return 2 * (segments() - 1) - segment; }
    /// The nodes of a segment, in order.
    constexpr std::span<const int> nodes(int segment) const {
        const std::size_t first = std::size_t(begin_[std::size_t(segment)]);
        return {nodes_.begin() + first, std::size_t(begin_[std::size_t(segment) + 1]) - first};
    }
    /// Calls `f(node)` for the norms over the batch that begin `segment`.
    template <class F>
    constexpr void for_each_norm(int segment, const F& f) const {
        for (const int i : nodes(segment)) {
            if (graph_.nodes[std::size_t(i)].facts.over_batch) f(i);
        }
    }

    /// Calls `f(value)` for what the forward steps of a pass read, statistics of norms included.
    template <class F>
    constexpr void for_each_forward_read(int pass, const F& f) const {
        if (pass >= segments()) return;
        for (const int i : nodes(pass)) {
            for (const int v : graph_.nodes[std::size_t(i)].reads()) f(v);
        }
        if (pass + 1 < segments()) for_each_norm(pass + 1, [&](int i) { f(graph_.nodes[std::size_t(i)].inputs[0]); });
    }
    /// Calls `f(value)` for what the backward steps of a pass read, in the order of the forward pass.
    template <class F>
    constexpr void for_each_backward_read(int pass, const F& f) const {
        const int last = segments() - 1;
        if (!gradients_ || pass < last) return;
        const int segment = segment_of_pass(pass);
        for (const int i : nodes(segment)) backward_reads(i, f);
        if (pass > last) {
            for_each_norm(segment + 1, [&](int i) {
                const int v = graph_.nodes[std::size_t(i)].inputs[0];
                if (v > 0) f(v);
            });
        }
    }
    /// Calls `f(value)` for what the backward step of node `i` reads.
    template <class F>
    constexpr void backward_reads(int i, const F& f) const {
        const FusedNode& node = graph_.nodes[std::size_t(i)];
        if (node.facts.backward_reads_input) {
            for (std::size_t k = 0; k < node.reads().size(); ++k) {
                if (node.facts.passes_gradient[k]) continue;
                f(node.overwrites_input && k == 0 ? i + 1 : node.inputs[k]);
            }
        }
        if (node.facts.backward_reads_output) f(i + 1);
    }

private:
    const FusedGraph& graph_;
    bool gradients_;
    List<int> segment_;
    List<int> begin_;
    List<int> nodes_;
};

}  // namespace norma::inline NORMA_TARGET::detail
