#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "norma/core/fixed_list.hpp"
#include "norma/core/list.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/ops/op.hpp"

/// A network as the compiler sees it: nodes and values. A node is an op with its inputs. Each node computes one value,
/// the activations of one sample. Value 0 is the network's input; value i + 1 is the output of node i. A node reads
/// only values of smaller numbers, so the list of nodes is an order of execution.
namespace norma::inline NORMA_TARGET {

/// An op, the values that it reads, and where its learned numbers are.
struct Node {
    Op op;                            ///< what is computed
    OpFacts facts;                    ///< what the planner asks of the op
    int inputs[most_inputs] = {};     ///< numbers of the values that are read, `facts.inputs` of them
    int layer = 0;                    ///< position of its layer in the network, from 1
    int ordinal = 0;                  ///< position among the nodes of its layer, from 0
    long long weight_offset = 0;      ///< in the array of parameters
    long long bias_offset = 0;        ///< in the array of parameters
    long long running_offset = 0;     ///< in the arrays of running statistics
    long long statistics_offset = 0;  ///< in the arrays of a batch's statistics
    int source = -1;                  ///< the node that has its parameters and running statistics; −1: itself
    bool is_shared = false;           ///< several nodes have these parameters

    /// The values that are read.
    constexpr std::span<const int> reads() const { return {inputs, std::size_t(facts.inputs)}; }
    /// Names its random numbers: by its layer and its place in it, so they do not change if other layers do.
    constexpr std::uint32_t random_name() const { return std::uint32_t(layer) << 8 | std::uint32_t(ordinal & 0xff); }
};

/// Which of the uses of shared parameters a node is, from 0, and how many there are.
struct Use {
    int number = 0;  ///< of this use
    int count = 1;   ///< of all uses
};

/// The use that node `i` is.
constexpr Use use_of(std::span<const Node> nodes, std::size_t i) {
    if (!nodes[i].is_shared) return {};
    const auto source = [&](std::size_t k) { return nodes[k].source < 0 ? static_cast<int>(k) : nodes[k].source; };
    Use use{0, 0};
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        if (source(k) != source(i)) continue;
        use.number += k < i ? 1 : 0;
        ++use.count;
    }
    return use;
}

/// The norm of a node that normalises, alone or fused with other parts; null for any other node.
constexpr const kernels::Pointwise* norm_in(const Node& node) {
    if (const auto* norm = std::get_if<ops::Norm>(&node.op)) return &norm->shape;
    const auto* pointwise = std::get_if<ops::Pointwise>(&node.op);
    return pointwise != nullptr && pointwise->shape.normalises ? &pointwise->shape : nullptr;
}

/// A value with a name, which the loss gets beside the network's output: that of a `Tap`.
struct NamedValue {
    std::string_view name;    ///< valid as long as the program
    int value = 0;            ///< its number
    bool is_trained = false;  ///< is an auxiliary head: every mode with gradients computes it

    /// Does a mode compute it?
    constexpr bool is_in(Mode mode) const { return mode.taps || (is_trained && mode.gradients); }
};

/// The named values of a network, in order of execution; 16 at most.
using NamedValues = FixedList<NamedValue, 16>;

/// The value of this name; null if there is none.
constexpr const NamedValue* find_tap(const NamedValues& taps, std::string_view name) {
    for (const NamedValue& tap : taps) {
        if (tap.name == name) return &tap;
    }
    return nullptr;
}

/// All nodes of a network, in order of execution, and the sizes of its arrays in numbers. All values have one number
/// format.
template <class Nodes>
struct BasicGraph {
    Extent input;                   ///< shape of value 0
    Nodes nodes{};                  ///< in order of execution
    int output = 0;                 ///< the value that is the network's output
    long long parameters_size = 0;  ///< of the array of parameters, with its gaps for alignment
    long long running_size = 0;     ///< of the running statistics, with gaps
    long long statistics_size = 0;  ///< of a batch's statistics, with gaps: more, where norms are shared
    long long parameter_count = 0;  ///< learned numbers, without the gaps
    long long folded_size = 0;      ///< of parameters, then biases of folded norms, if it is fused; 0 if none is folded
    NamedValues taps;               ///< further outputs
    NumberSizes numbers;            ///< of values and scalars

    /// Shape of value `v`.
    constexpr Extent extent(int v) const { return v == 0 ? input : nodes[std::size_t(v - 1)].facts.output; }
};

/// A graph that grows.
using Graph = BasicGraph<List<Node>>;
/// A graph as a constant.
template <std::size_t Count>
using FixedGraph = BasicGraph<std::array<Node, Count>>;

/// Writes (`=`) all of `result` but its nodes.
template <class Nodes, class AnyNodes>
constexpr void copy_all_but_nodes(const BasicGraph<AnyNodes>& graph, BasicGraph<Nodes>& result) {
    result.input = graph.input;
    result.output = graph.output;
    result.parameters_size = graph.parameters_size;
    result.running_size = graph.running_size;
    result.statistics_size = graph.statistics_size;
    result.parameter_count = graph.parameter_count;
    result.folded_size = graph.folded_size;
    result.taps = graph.taps;
    result.numbers = graph.numbers;
}

/// `graph` as a constant of `Count` nodes.
template <std::size_t Count, class Nodes>
constexpr auto fixed(const BasicGraph<Nodes>& graph) {
    using N = std::remove_cvref_t<decltype(graph.nodes[0])>;
    BasicGraph<std::array<N, Count>> result{};
    copy_all_but_nodes(graph, result);
    for (std::size_t i = 0; i < Count; ++i) result.nodes[i] = graph.nodes[i];
    return result;
}

/// `graph` with room for `Room` nodes, of which it has the first if they are more.
template <std::size_t Room, class N>
constexpr BasicGraph<FixedList<N, Room>> in_room(const BasicGraph<List<N>>& graph) {
    BasicGraph<FixedList<N, Room>> result{};
    copy_all_but_nodes(graph, result);
    for (std::size_t i = 0; i < graph.nodes.size() && i < Room; ++i) result.nodes.push_back(graph.nodes[i]);
    return result;
}

}  // namespace norma::inline NORMA_TARGET
