#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/mode.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which nodes run in which segment and pass. A node is in the earliest segment that has all its inputs; a norm over
/// the batch is in the segment after that of its input.
class Schedule {
public:
    constexpr Schedule(GraphView graph, Mode mode) : graph_(graph), gradients_(mode.gradients) {
        segment_.assign(std::size_t(graph.count), 0);
        int* const segments = segment_.begin();
        int last = 0;
        for (int i = 0; i < graph.count; ++i) {
            const FusedNode& node = graph.nodes[i];
            int segment = 0;
            for (int k = 0; k < node.facts.inputs; ++k) {
                const int v = node.inputs[k];
                const int before = (v == 0 ? 0 : segments[v - 1]) + (k == 0 && node.facts.over_batch ? 1 : 0);
                segment = before > segment ? before : segment;
            }
            segments[i] = segment;
            last = segment > last ? segment : last;
        }
        begin_.assign(std::size_t(last) + 2, 0);
        int* const begin = begin_.begin();
        for (int i = 0; i < graph.count; ++i) ++begin[segments[i] + 1];
        for (int s = 0; s <= last; ++s) begin[s + 1] += begin[s];
        nodes_.assign(std::size_t(graph.count), 0);
        List<int> next = begin_;
        for (int i = 0; i < graph.count; ++i) nodes_.begin()[next.begin()[segments[i]]++] = i;
    }

    constexpr int segments() const { return static_cast<int>(begin_.size()) - 1; }
    constexpr int passes() const { return gradients_ ? 2 * segments() - 1 : segments(); }
    constexpr int segment(int node) const { return segment_.begin()[node]; }
    constexpr int segment_of_value(int value) const { return value == 0 ? 0 : segment_.begin()[value - 1]; }
    constexpr int segment_of_pass(int pass) const { return pass < segments() ? pass : 2 * (segments() - 1) - pass; }
    /// The pass that runs the nodes of a segment backward.
    constexpr int backward_pass(int segment) const { return 2 * (segments() - 1) - segment; }
    /// The nodes of a segment, in order.
    constexpr std::span<const int> nodes(int segment) const {
        const int first = begin_.begin()[segment];
        return {nodes_.begin() + first, std::size_t(begin_.begin()[segment + 1] - first)};
    }
    /// Calls `f(node)` for the norms over the batch that begin `segment`.
    template <class F>
    constexpr void for_each_norm(int segment, const F& f) const {
        for (const int i : nodes(segment)) {
            if (graph_.nodes[i].facts.over_batch) f(i);
        }
    }

    /// Calls `f(value)` for what the loss reads, in the last pass forward.
    template <class F>
    constexpr void for_each_output(const F& f) const {
        for (int k = 0; k < graph_.tap_count; ++k) f(graph_.taps[k].value);
        f(graph_.output);
    }

    /// Calls `f(value)` for what the forward steps of a pass read, statistics of norms and the loss included.
    template <class F>
    constexpr void for_each_forward_read(int pass, const F& f) const {
        if (pass >= segments()) return;
        for (const int i : nodes(pass)) {
            const FusedNode& node = graph_.nodes[i];
            for (int k = 0; k < node.facts.inputs; ++k) f(node.inputs[k]);
        }
        if (pass + 1 < segments()) {
            for_each_norm(pass + 1, [&](int i) { f(graph_.nodes[i].inputs[0]); });
        } else {
            for_each_output(f);
        }
    }
    /// Calls `f(value)` for what the backward steps of a pass read, in the order of the forward pass.
    template <class F>
    constexpr void for_each_backward_read(int pass, const F& f) const {
        const int last = segments() - 1;
        if (!gradients_ || pass < last) return;
        const int segment = segment_of_pass(pass);
        for (const int i : nodes(segment)) {
            if (graph_.nodes[i].has_gradient) backward_reads(i, f);
        }
        if (pass > last) {
            for_each_norm(segment + 1, [&](int i) {
                if (graph_.has_gradient(graph_.nodes[i].inputs[0])) f(graph_.nodes[i].inputs[0]);
            });
        }
    }
    /// Calls `f(value)` for what the backward step of node `i` reads. A node that writes over its input finds its
    /// output there.
    template <class F>
    constexpr void backward_reads(int i, const F& f) const {
        const FusedNode& node = graph_.nodes[i];
        if (node.facts.backward_reads_input) {
            for (int k = 0; k < node.facts.inputs; ++k) {
                if (node.facts.passes_gradient[k]) continue;
                f(node.overwrites_input && k == 0 ? i + 1 : node.inputs[k]);
            }
        }
        if (node.facts.backward_reads_output) f(i + 1);
    }

private:
    GraphView graph_;
    bool gradients_;
    List<int> segment_;
    List<int> begin_;
    List<int> nodes_;
};

}  // namespace norma::inline NORMA_TARGET::detail
