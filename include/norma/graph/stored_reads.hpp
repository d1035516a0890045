#pragma once

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/blocks.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/plan.hpp"
#include "norma/kernels/prefetch.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The parts of a sample's store that each pass reads and does not make; notes in `passes` which are whose. The pass
/// prefetches them, but for slices, for the sample that comes next, while its busiest convolution runs; notes that in
/// `steps`. `array` is as in `BasicOrder`. Where samples are handled in blocks, nothing is prefetched: a block of wide
/// layers computes long enough to hide the memory.
template <class Passes>
constexpr List<kernels::ArrayRange> list_stored_reads(GraphView graph, const int* array, Step* steps, Passes& passes) {
    List<kernels::ArrayRange> reads;
    if (block_of(graph) > 1) return reads;
    List<int> made;  // in which pass a value was made
    made.assign(std::size_t(graph.count) + 1, -1);
    int number = 0;
    for (Pass& pass : passes) {
        pass.reads_first = static_cast<int>(reads.size());
        const auto add = [&](const Place& place, long long size) {
            const kernels::ArrayRange range{place.offset, size};
            for (std::size_t r = std::size_t(pass.reads_first); r < reads.size(); ++r) {
                if (reads.begin()[r] == range) return;
            }
            reads.push_back(range);
        };
        int busiest = -1;
        long long most = 0;
        for (int s = pass.first; s < pass.last; ++s) {
            const Step& step = steps[s];
            if (step.action == Action::load) made.begin()[0] = number;
            if (step.node < 0) continue;
            const FusedNode& node = graph.nodes[step.node];
            if (step.action == Action::forward) made.begin()[step.node + 1] = number;
            const bool computes = step.action == Action::forward || step.action == Action::backward;
            if (computes && node.facts.multiply_adds > most) {
                most = node.facts.multiply_adds;
                busiest = step.node;
            }
            for (int k = 0; k < node.facts.inputs; ++k) {
                const Place& place = step.places.inputs[k];
                if (place.stored && place.offset >= 0 && place.pitch == 0 && made.begin()[node.inputs[k]] != number) {
                    add(place, 1ll * graph.extent(array[node.inputs[k]]).size() * graph.numbers.value);
                }
            }
            const Place& dy = step.places.output_gradient;
            if (step.action == Action::finish && dy.stored && dy.pitch == 0) {
                add(dy, 1ll * graph.extent(step.node + 1).size() * graph.numbers.value);
            }
            if (step.action != Action::forward && step.places.mask.stored) {
                add(step.places.mask, step.places.mask.size);
            }
        }
        for (int s = pass.first; s < pass.last; ++s) {
            const bool computes = steps[s].action == Action::forward || steps[s].action == Action::backward;
            steps[s].prefetches = computes && steps[s].node == busiest;
        }
        pass.reads_last = static_cast<int>(reads.size());
        ++number;
    }
    return reads;
}

}  // namespace norma::inline NORMA_TARGET::detail
