#pragma once

#include <algorithm>

#include "norma/core/target.hpp"
#include "norma/graph/graph_view.hpp"

/// Blocks of samples, see plan.hpp: how large they are.
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

}  // namespace norma::inline NORMA_TARGET::detail
