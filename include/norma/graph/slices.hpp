#pragma once

#include <cstddef>
#include <variant>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/schedule.hpp"
#include "norma/ops/facts.hpp"

/// The second part of a plan: which values are slices of wider ones, so that a concatenation copies nothing.
namespace norma::inline NORMA_TARGET::detail {

/// Makes inputs of concatenations slices of their output, where nothing hinders it:
/// - the node that computes the value can write a slice, and all others that read it can read one;
/// - it is not the network's input or output, which the batch and the loss see (no other node reads a tap);
/// - the concatenation is the first that contributes to its gradient, so that this is a slice of the gradient of the
///   concatenation's output.
///
/// What a concatenation reads of another is a slice of a slice: all of them are in the array of the widest value. If a
/// value is read twice by concatenations, the last has it as a slice, once. What is no slice is copied.
class Slicer {
public:
    /// Changes the nodes of `graph`, of which `nodes` is the first.
    constexpr Slicer(GraphView graph, FusedNode* nodes, Mode mode)
        : graph_(graph), nodes_(nodes), mode_(mode), schedule_(graph, mode) {
        last_read_.assign(std::size_t(graph.count) + 1, none);
        for (int i = 0; i < graph.count; ++i) {
            for (int k = 0; k < nodes[i].facts.inputs; ++k) {
                int& last = last_read_.begin()[nodes[i].inputs[k]];
                reads_.push_back({i, k, last});
                last = static_cast<int>(reads_.size()) - 1;
            }
        }
    }

    /// Decides, and tells the ops.
    constexpr void run() {
        for (int i = graph_.count; i-- > 0;) {
            if (nodes_[i].facts.joins_channels) slice_inputs(i);
        }
        for (int i = 0; i < graph_.count; ++i) set_pitches(nodes_[i]);
    }

private:
    static constexpr int none = -1;

    /// A node reads a value as its input `input`.
    struct Read {
        int node = 0;
        int input = 0;
        int before = none;  ///< another read of the same value
    };
    /// When a step runs: in which pass, and where in the pass.
    struct Time {
        int pass = 0;
        int place = 0;

        constexpr bool is_before(const Time& other) const {
            return pass != other.pass ? pass < other.pass : place < other.place;
        }
    };

    constexpr void slice_inputs(int i) {
        const FusedNode& joins = nodes_[i];
        const int whole = joins.slice.whole != 0 ? joins.slice.whole : i + 1;
        int channel = joins.slice.channel;
        for (int k = 0; k < joins.facts.inputs; ++k) {
            const int value = joins.inputs[k];
            const int channels = graph_.extent(value).channels;
            if (may_be_slice(i, k)) {
                FusedNode& maker = nodes_[value - 1];
                maker.slice = {whole, channel, graph_.extent(whole).channels};
                maker.overwrites_input = false;
                set_slice(nodes_[i], k);
            }
            channel += channels;
        }
    }

    /// Can the value that node `i` reads as its input `k` be a slice of the output of `i`?
    constexpr bool may_be_slice(int i, int k) const {
        const int value = nodes_[i].inputs[k];
        if (value == 0 || value == graph_.output) return false;
        const FusedNode& maker = nodes_[value - 1];
        if (maker.slice.whole != 0 || !maker.facts.writes_slice) return false;
        for (int r = last_read_.begin()[value]; r != none; r = reads_.begin()[r].before) {
            const Read& read = reads_.begin()[r];
            if (read.node == i && read.input == k) continue;
            if (!nodes_[read.node].facts.reads_slice[read.input]) return false;
            if (mode_.gradients && !contribution(i, k).is_before(contribution(read.node, read.input))) return false;
        }
        return true;
    }
    /// When node `i` contributes to the gradient of its input `k`. A norm over the batch gives it in its step `finish`,
    /// with which the pass after begins.
    constexpr Time contribution(int i, int k) const {
        const OpFacts& facts = nodes_[i].facts;
        const int pass = schedule_.backward_pass(schedule_.segment(i));
        if (facts.over_batch && !facts.passes_gradient[k]) return {pass + 1, i - graph_.count};
        return {pass, (graph_.count - i) * most_inputs + k};
    }

    static constexpr void set_slice(FusedNode& node, int k) {
        node.facts.input_is_slice[k] = true;
        visit_op(node.op, [&]<class O>(O& op) {
            if constexpr (requires { op.set_slice(k); }) {
                const OpFacts before = op.facts();
                op.set_slice(k);
                renew(node.facts, before, op.facts());
            }
        });
    }
    constexpr void set_pitches(FusedNode& node) const {
        const int input = node.inputs[0] == 0 ? 0 : nodes_[node.inputs[0] - 1].slice.pitch;
        if (input == 0 && node.slice.pitch == 0) return;
        visit_op(node.op, [&]<class O>(O& op) {
            if constexpr (ops::HasPitches<O>) {
                const OpFacts before = op.facts();
                op.set_pitches(input, node.slice.pitch);
                renew(node.facts, before, op.facts());
            }
        });
    }
    /// A slice can change whether an op has kernels for bfloat16: a concatenation that copies nothing needs none, a
    /// convolution of an odd pitch does not multiply pairs. Other kernels have other weights and scratch memory.
    static constexpr void renew(OpFacts& facts, const OpFacts& before, const OpFacts& now) {
        if (now.takes_bf16 == before.takes_bf16) return;
        facts.takes_bf16 = now.takes_bf16;
        facts.prepared_forward = now.prepared_forward;
        facts.prepared_backward = now.prepared_backward;
        facts.scratch_forward = now.scratch_forward;
        facts.scratch_backward = now.scratch_backward;
        facts.block = now.block;
    }

    GraphView graph_;
    FusedNode* nodes_;
    Mode mode_;
    Schedule schedule_;
    List<Read> reads_;
    List<int> last_read_;  ///< of each value, or −1
};

/// `graph` with slices.
template <class Nodes>
constexpr BasicGraph<Nodes> sliced(BasicGraph<Nodes> graph, Mode mode) {
    if (!graph.nodes.empty()) Slicer(GraphView(graph), &*graph.nodes.begin(), mode).run();
    return graph;
}

}  // namespace norma::inline NORMA_TARGET::detail
