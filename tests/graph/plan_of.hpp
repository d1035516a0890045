#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/graph/planner.hpp"
#include "norma/layers/build.hpp"

namespace graph_support {

using namespace norma;

inline constexpr Extent plan_input{3, 12, 12};

/// The plan of layers for samples of shape `plan_input`.
template <class... Layers>
GrowingPlan plan_of(Mode mode = training_mode) {
    return detail::make_plan(build<Layers...>(plan_input).graph(), mode);
}

/// How many steps do this with node `node`?
inline int count(const GrowingPlan& plan, Action action, int node) {
    return static_cast<int>(
        std::ranges::count_if(plan.steps, [&](const Step& s) { return s.action == action && s.node == node; }));
}
/// The first step that does this with node `node`; there must be one.
inline const Step& step(const GrowingPlan& plan, Action action, int node) {
    return *std::ranges::find_if(plan.steps, [&](const Step& s) { return s.action == action && s.node == node; });
}
/// Where the forward step of node `node` writes its output.
inline Place output(const GrowingPlan& plan, int node) { return step(plan, Action::forward, node).places.output; }
/// What the backward step of node `node` gives its inputs.
inline const Contributions& contributions(const GrowingPlan& plan, int node) {
    return plan.tasks[std::size_t(step(plan, Action::backward, node).task)].to;
}

/// A node of an op that does not exist, which reads values `first` and `others`. Its output has a gradient.
template <class... Others>
FusedNode made_up(Extent extent, int first, Others... others) {
    FusedNode node;
    node.op = ops::Dropout{extent, {}};
    node.has_gradient = true;
    node.facts.output = extent;
    node.facts.inputs = 1 + static_cast<int>(sizeof...(Others));
    node.inputs[0] = first;
    int k = 1;
    ((node.inputs[k++] = others), ...);
    return node;
}
/// The same as a norm over the batch, which passes its gradient to `others`.
template <class... Others>
FusedNode made_up_norm(Extent extent, int first, Others... others) {
    FusedNode node = made_up(extent, first, others...);
    node.facts.over_batch = true;
    for (std::size_t k = 1; k <= sizeof...(Others); ++k) node.facts.passes_gradient[k] = true;
    return node;
}
/// A graph of nodes; its output is the last one's.
inline FusedGraph graph_of(Extent input, List<FusedNode> nodes) {
    FusedGraph graph;
    graph.input = input;
    graph.output = static_cast<int>(nodes.size());
    graph.nodes = nodes;
    return graph;
}

}  // namespace graph_support
