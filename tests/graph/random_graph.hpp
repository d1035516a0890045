#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/graph/mode.hpp"

namespace graph_support {

using namespace norma;

/// Makes fused graphs of ops that do not exist: only their facts matter to the planner.
class RandomGraph {
public:
    explicit RandomGraph(std::uint32_t seed) : random_({seed, Purpose::synthetic, 6, 0, 0}) {}

    /// A graph of at most 17 nodes, all of which the output or a tap needs.
    FusedGraph make() {
        graph_.input = any_extent();
        has_blocks_ = chance(3);
        const std::size_t count = 1 + random_.below(12);
        while (graph_.nodes.size() < count) {
            switch (random_.below(10)) {
                case 8:
                case 9:
                    append_concatenation();
                    break;
                case 0:
                    append_recomputed_skip();
                    break;
                case 1:
                case 2:
                    append_convolution(any_value(), any_extent());
                    break;
                case 3:
                case 4:
                    append_norm_over_batch(any_value());
                    break;
                default:
                    append_any();
            }
        }
        graph_.output = static_cast<int>(graph_.nodes.size());
        append_taps();
        drop_what_is_not_needed();
        overwrite_inputs();
        return graph_;
    }

private:
    static constexpr std::array extents{Extent{3, 1, 1}, Extent{20, 1, 1}, Extent{5, 3, 3}};

    bool chance(std::uint32_t of) { return random_.below(of) == 0; }
    Extent any_extent() { return extents[random_.below(3)]; }
    /// Rather one of the last values.
    int any_value() {
        const std::uint32_t values = static_cast<std::uint32_t>(graph_.nodes.size()) + 1;
        const std::uint32_t back = chance(3) ? values : std::min(3u, values);
        return static_cast<int>(values - 1 - random_.below(back));
    }
    /// A value of this shape, or −1 if there is none.
    int any_value(Extent extent) {
        std::vector<int> fit;
        for (int v = 0; v <= static_cast<int>(graph_.nodes.size()); ++v) {
            if (graph_.extent(v) == extent) fit.push_back(v);
        }
        return fit.empty() ? -1 : fit[random_.below(static_cast<std::uint32_t>(fit.size()))];
    }

    FusedNode node(Extent output, int input) {
        FusedNode n;
        n.op = ops::Dropout{output, {}};
        n.facts.output = output;
        n.inputs[0] = input;
        n.last = static_cast<int>(graph_.nodes.size());
        for (bool& reads : n.facts.reads_slice) reads = !chance(6);
        n.facts.writes_slice = !chance(6);
        return n;
    }
    void append(FusedNode n) {
        if (has_blocks_ && chance(3)) n.facts.block = static_cast<int>(2 + random_.below(8));
        graph_.nodes.push_back(n);
    }
    int last() const { return static_cast<int>(graph_.nodes.size()); }

    void append_convolution(int input, Extent output) {
        FusedNode n = node(output, input);
        n.op = ops::Convolution{{graph_.extent(input), output}};
        n.facts.multiply_adds = output.size() * (chance(2) ? 16 : 17);
        n.facts.prepared_backward = chance(4) ? 0 : 50;
        n.facts.prepared_forward = chance(3) ? 20 : 0;
        n.facts.scratch_forward = chance(3) ? 30 : 0;
        n.facts.scratch_backward = chance(3) ? 40 : 0;
        n.facts.backward_reads_input = true;
        n.facts.backward_reads_output = chance(3);
        append(n);
    }

    /// Of values of as many pixels, now and then of one twice.
    void append_concatenation() {
        std::vector<int> values;
        std::vector<Extent> inputs;
        const int first = chance(2) ? last() : any_value();
        const std::size_t count = 2 + random_.below(most_inputs - 1);
        int channels = 0;
        for (int tries = 0; values.size() < count && tries < 20; ++tries) {
            const int value = values.empty() ? first : any_value();
            const Extent e = graph_.extent(value);
            if (e.height != graph_.extent(first).height || channels + e.channels > 200) continue;
            values.push_back(value);
            inputs.push_back(e);
            channels += e.channels;
        }
        if (values.size() < 2) return append_norm_over_batch(first);
        FusedNode n = node({}, first);
        const ops::Concat op = ops::Concat::of(inputs);
        const bool writes_slice = n.facts.writes_slice;
        n.op = op;
        n.facts = op.facts();
        n.facts.writes_slice = writes_slice;
        std::ranges::copy(values, n.inputs);
        append(n);
    }

    /// Adds up to three inputs that pass their gradient.
    void add_skips(FusedNode& n) {
        while (n.facts.inputs < most_inputs && chance(2)) {
            const std::size_t k = std::size_t(n.facts.inputs++);
            n.inputs[k] = any_value(n.facts.output);  // at least input 0 is of that shape
            n.facts.passes_gradient[k] = true;
        }
    }
    void append_norm_over_batch(int input) {
        FusedNode n = node(graph_.extent(input), input);
        n.facts.over_batch = true;
        n.facts.statistics_count = n.facts.output.channels;
        n.facts.is_cheap = !chance(4);
        n.facts.mask_count = chance(3) ? n.facts.output.size() : 0;
        n.facts.backward_reads_input = !chance(4);
        n.facts.backward_reads_output = chance(4);
        add_skips(n);
        append(n);
    }
    /// A norm, which the planner recomputes rather than store it, and a convolution that the next norm adds it to.
    void append_recomputed_skip() {
        FusedNode norm = node(graph_.extent(last()), last());
        norm.facts.over_batch = norm.facts.is_cheap = norm.facts.backward_reads_input = true;
        append(norm);
        append_convolution(last(), norm.facts.output);
        norm.inputs[0] = last();
        norm.inputs[1] = last() - 1;
        norm.facts.inputs = 2;
        norm.facts.passes_gradient[1] = true;
        append(norm);
    }
    void append_any() {
        const bool follows = chance(3);
        FusedNode n = follows ? node(graph_.extent(last()), last()) : node(any_extent(), any_value());
        OpFacts& facts = n.facts;
        facts.inputs = 1 + static_cast<int>(chance(2) ? 0 : random_.below(most_inputs));
        bool passes = false;
        for (std::size_t k = 0; k < n.reads().size(); ++k) {
            const int fits = any_value(facts.output);
            if (!follows || k > 0) n.inputs[k] = fits >= 0 && !chance(4) ? fits : any_value();
            if (k > 0 && chance(6)) n.inputs[k] = n.inputs[0];
            facts.passes_gradient[k] = graph_.extent(n.inputs[k]) == facts.output && chance(2);
            passes |= facts.passes_gradient[k];
        }
        facts.mask_count = chance(4) ? facts.output.size() : 0;
        facts.moment_count = chance(4) ? facts.output.channels : 0;
        facts.is_cheap = !chance(3);
        facts.backward_reads_input = !chance(3);
        facts.backward_reads_output = chance(3);
        facts.gradient_over_output = !passes && graph_.extent(n.inputs[0]) == facts.output && chance(2);
        append(n);
    }

    /// Named copies of up to three values.
    void append_taps() {
        constexpr std::array names{"a", "b", "c"};
        for (std::size_t k = random_.below(4); k > 0 && k < 4; --k) {
            if (chance(3)) append_concatenation();  // perhaps of the output
            const int value = chance(2) ? last() : any_value();
            FusedNode n = node(graph_.extent(value), value);
            n.facts.is_cheap = n.facts.passes_gradient[0] = true;
            n.facts.writes_slice = false;
            append(n);
            graph_.taps.push_back({names[k - 1], last(), true});
        }
    }

    /// As fusion does.
    void drop_what_is_not_needed() {
        std::vector<bool> needed(graph_.nodes.size() + 1, false);
        needed[std::size_t(graph_.output)] = true;
        for (const NamedValue& tap : graph_.taps) needed[std::size_t(tap.value)] = true;
        for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
            for (const int v : graph_.nodes[i].reads())
                needed[std::size_t(v)] = needed[std::size_t(v)] || needed[i + 1];
        }
        std::vector<int> numbers{0};
        List<FusedNode> kept;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (needed[i + 1]) {
                FusedNode n = graph_.nodes[i];
                for (std::size_t k = 0; k < n.reads().size(); ++k) n.inputs[k] = numbers[std::size_t(n.inputs[k])];
                kept.push_back(n);
            }
            numbers.push_back(static_cast<int>(kept.size()));
        }
        graph_.nodes = kept;
        graph_.output = numbers[std::size_t(graph_.output)];
        NamedValues taps;
        for (const NamedValue& tap : graph_.taps) taps.push_back({tap.name, numbers[std::size_t(tap.value)], true});
        graph_.taps = taps;
    }

    /// Lets nodes write over the output of a convolution that no other reads, as fusion does.
    void overwrite_inputs() {
        std::vector<int> consumers(graph_.nodes.size() + 1, 0);
        consumers[std::size_t(graph_.output)] = 1;
        for (const FusedNode& n : graph_.nodes) {
            for (const int v : n.reads()) ++consumers[std::size_t(v)];
        }
        for (FusedNode& n : graph_.nodes) {
            const int x = n.inputs[0];
            if (x == 0 || n.facts.over_batch || consumers[std::size_t(x)] != 1 || is_convolution(n)) continue;
            const FusedNode& before = graph_.nodes[std::size_t(x) - 1];
            n.overwrites_input = is_convolution(before) && !before.facts.backward_reads_output &&
                                 graph_.extent(x) == n.facts.output && !chance(4);
        }
    }

    static bool is_convolution(const FusedNode& n) { return std::holds_alternative<ops::Convolution>(n.op); }

    RandomSequence random_;
    FusedGraph graph_;
    bool has_blocks_ = false;
};

/// The same graph in `mode`: with norms over the batch and dropout masks where the mode has them.
inline FusedGraph in_mode(FusedGraph graph, Mode mode) {
    for (FusedNode& n : graph.nodes) {
        n.facts.over_batch = n.facts.over_batch && mode.batch_statistics;
        if (!mode.dropout) n.facts.mask_count = 0;
    }
    return graph;
}

}  // namespace graph_support
