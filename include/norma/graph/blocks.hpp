#pragma once

#include <algorithm>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/order.hpp"
#include "norma/graph/plan.hpp"

/// Blocks of samples, see plan.hpp: how large they are, and which steps run for a whole block.
namespace norma::inline NORMA_TARGET::detail {

/// Samples of a block, a power of two: as many as the node wants that wants most. But one sample, if the weights of
/// such nodes stay in the L2 cache and a block's activations would not: then a block costs more than it gains.
constexpr int block_of(GraphView graph) {
    constexpr long long cached = 1 << 17;  // numbers
    int most = 1;
    long long weights = 0;
    long long activations = 0;
    for (int i = 0; i < graph.count; ++i) {
        const OpFacts& facts = graph.nodes[i].facts;
        most = std::max(most, facts.block);
        if (facts.block > 1) weights += facts.weight_count;
        activations += facts.output.size();
    }
    int block = 1;
    while (block < std::min(most, most_block)) block *= 2;
    return weights < cached && block * activations > cached ? 1 : block;
}

/// Does one call of the step's kernel handle all samples of a block?
constexpr bool runs_by_block(GraphView graph, const OrderedStep& step) {
    const bool computes =
        step.action == Action::forward || step.action == Action::recompute || step.action == Action::backward;
    return computes && graph.nodes[step.node].facts.block > 1;
}

/// Steps [first, last) of a pass that run for one sample after another, or one step that runs for all samples at once.
struct Run {
    int first = 0;  ///< of its steps
    int last = 0;   ///< after its steps
};

/// The runs of `count` passes, one after another: an element for each of their steps.
constexpr List<Run> runs_of(GraphView graph, const OrderedStep* steps, const Pass* passes, int count) {
    List<Run> runs;
    for (int p = 0; p < count; ++p) {
        for (int s = passes[p].first; s < passes[p].last;) {
            Run run{s, s + 1};
            const bool at_once = runs_by_block(graph, steps[s]);
            while (!at_once && run.last < passes[p].last && !runs_by_block(graph, steps[run.last])) ++run.last;
            for (; s < run.last; ++s) runs.push_back(run);
        }
    }
    return runs;
}

}  // namespace norma::inline NORMA_TARGET::detail
