#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "norma/core/sentence.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"

namespace norma::inline NORMA_TARGET {

/// Turns layers into a graph, at compile time. A layer asks for the shape of its input and appends its nodes, or
/// refuses the shape with a sentence. After the first refusal nothing is appended.
class GraphBuilder {
public:
    /// An empty graph, for samples of shape `input`.
    constexpr explicit GraphBuilder(Extent input) { graph_.input = input; }

    /// Shape of the value that the next layer gets.
    constexpr Extent shape() const { return graph_.extent(value_); }
    /// Number of that value, for `go_to` and `append`.
    constexpr int value() const { return value_; }
    /// Did a layer refuse its shape?
    constexpr bool refused() const { return !problem_.empty(); }
    /// That layer's sentence; empty if there is none.
    constexpr const Sentence& problem() const { return problem_; }
    /// The graph. Its output is the current value.
    constexpr Graph graph() const {
        Graph result = graph_;
        result.output = value_;
        return result;
    }

    /// What is appended from now on belongs to the network's layer `position`; `name` gives its name for messages.
    constexpr void enter(int position, Sentence (*name)()) {
        layer_ = position;
        layer_name_ = name;
        ordinal_ = 0;
    }

    /// Refuses the shape. The sentence names the network's layer, the shape it gets and, in `needs`, what it needs.
    /// `part` is the layer that refuses: this one or a layer inside it.
    constexpr void refuse(const Sentence& part, const Sentence& needs) { refuse(part, shape(), needs); }
    /// The same for a layer whose input had the shape `got`.
    constexpr void refuse(const Sentence& part, Extent got, const Sentence& needs) {
        if (refused()) return;
        const Sentence name = layer_name();
        problem_ << "norma: layer " << layer_ << ", " << name;
        if (part.view() != name.view()) problem_ << " (its " << part << ")";
        problem_ << ", gets " << got << " but needs " << needs;
    }

    /// The next node reads value `value`: the beginning of another branch. Refuses a number that no value has.
    constexpr void go_to(int value) {
        if (is_value(value)) value_ = value;
    }
    /// Appends a node that reads the current value, and then the values `others`. Its output is the new current value.
    /// Refuses inputs that do not fit the op: kernels do not check sizes, and a user's own layer may get them wrong.
    constexpr void append(const Op& op, std::span<const int> others = {}) {
        if (refused()) return;
        Node node;
        node.op = op;
        node.layer = layer_;
        node.ordinal = ordinal_++;
        node.inputs[0] = value_;
        std::array<Extent, most_inputs> extents{shape()};
        for (std::size_t k = 0; k < others.size() && k + 1 < extents.size(); ++k) {
            if (!is_value(others[k])) return;
            node.inputs[k + 1] = others[k];
            extents[k + 1] = graph_.extent(others[k]);
        }
        const int given = 1 + static_cast<int>(others.size());
        if (const Sentence needs = needs_of(op, {extents.data(), std::size_t(std::min(given, most_inputs))});
            !needs.empty()) {
            refuse(layer_name(), needs);
            return;
        }
        node.facts = facts_of(op);
        if (node.facts.inputs != given) {
            refuse(layer_name(), Sentence("an op that reads ")
                                     << given << (given == 1 ? " value" : " values") << ", not " << node.facts.inputs);
            return;
        }
        place(node);
        graph_.nodes.push_back(node);
        value_ = static_cast<int>(graph_.nodes.size());
    }
    /// The same with one value more.
    constexpr void append(const Op& op, int other) { append(op, std::span<const int>(&other, 1)); }

private:
    constexpr Sentence layer_name() const { return layer_name_ == nullptr ? Sentence() : layer_name_(); }
    constexpr bool is_value(int value) {
        const bool is = value >= 0 && value <= static_cast<int>(graph_.nodes.size());
        if (!is) refuse(layer_name(), Sentence("the number of an earlier value, not ") << value);
        return is;
    }
    /// Gives the node places in the arrays of parameters and statistics.
    constexpr void place(Node& node) {
        node.weight_offset = graph_.parameters_size;
        graph_.parameters_size += padded(node.facts.weight_count);
        node.bias_offset = graph_.parameters_size;
        graph_.parameters_size += padded(node.facts.bias_count);
        graph_.parameter_count += node.facts.weight_count + node.facts.bias_count;
        node.statistics_offset = graph_.statistics_size;
        graph_.statistics_size += padded(node.facts.statistics_count);
    }

    Graph graph_;
    int value_ = 0;
    int layer_ = 0;
    int ordinal_ = 0;
    Sentence (*layer_name_)() = nullptr;
    Sentence problem_;
};

}  // namespace norma::inline NORMA_TARGET
