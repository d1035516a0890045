#pragma once

#include "norma/core/list.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A fused graph by pointer, as the planner's parts read it. They use pointers where others would use iterators and
/// spans: Clang stops a constant expression after about a million statements, and each call of a small function is one.
struct GraphView {
    const FusedNode* nodes;  ///< in order of execution
    int count;               ///< of nodes
    Extent input;            ///< shape of value 0
    int output;              ///< the value that is the network's output
    const NamedValue* taps;  ///< further outputs
    int tap_count;           ///< of taps
    NumberSizes numbers;     ///< of values and scalars

    /// Of any fused graph.
    template <class Nodes>
    constexpr explicit GraphView(const BasicGraph<Nodes>& graph)
        : nodes(graph.nodes.empty() ? nullptr : &*graph.nodes.begin()),
          count(static_cast<int>(graph.nodes.size())),
          input(graph.input),
          output(graph.output),
          taps(graph.taps.begin()),
          tap_count(static_cast<int>(graph.taps.size())),
          numbers(graph.numbers) {}

    /// The node that makes `value`, which is not 0.
    constexpr const FusedNode& maker(int value) const { return nodes[value - 1]; }
    /// Has `value` a gradient? Not if it depends on no parameter, as the network's input.
    constexpr bool has_gradient(int value) const { return value > 0 && maker(value).has_gradient; }
    /// Shape of `value`.
    constexpr Extent extent(int value) const { return value == 0 ? input : nodes[value - 1].facts.output; }
    /// Bytes of the array of `value`.
    constexpr long long bytes(int value) const { return padded(1ll * extent(value).size()) * numbers.value; }
};

}  // namespace norma::inline NORMA_TARGET::detail
