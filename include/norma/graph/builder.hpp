#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "norma/core/fixed_string.hpp"
#include "norma/core/inputs.hpp"
#include "norma/core/list.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"

namespace norma::inline NORMA_TARGET {

/// Turns layers into a graph, at compile time. A layer asks for the shape of its input and appends its nodes, or
/// refuses the shape with a sentence. After the first refusal nothing is appended.
class GraphBuilder {
public:
    /// An empty graph, for samples of shape `input`. If they consist of `inputs`, layers read these by `append_input`.
    constexpr explicit GraphBuilder(Extent input, std::span<const Extent> inputs = {}) : inputs_(inputs) {
        graph_.input = input;
    }

    /// Shape of the value that the next layer gets.
    constexpr Extent shape() const { return graph_.extent(value_); }
    /// Number of that value, for `go_to` and `append`.
    constexpr int value() const { return value_; }
    /// Did a layer refuse its shape?
    constexpr bool refused() const { return !problem_.empty(); }
    /// That layer's sentence; empty if there is none.
    constexpr const FixedString& problem() const { return problem_; }
    /// The graph. Its output is the current value.
    constexpr Graph graph() const {
        Graph result = graph_;
        result.output = value_;
        return result;
    }

    /// What is appended from now on belongs to the network's layer `position`; `name` gives its name for messages.
    constexpr void enter(int position, FixedString (*name)()) {
        layer_ = position;
        layer_name_ = name;
        ordinal_ = 0;
    }

    /// Refuses the shape. The sentence names the network's layer, the shape it gets and, in `needs`, what it needs.
    /// `part` is the layer that refuses: this one or a layer inside it.
    constexpr void refuse(const FixedString& part, const FixedString& needs) { refuse(part, shape(), needs); }
    /// The same for a layer whose input had the shape `got`.
    constexpr void refuse(const FixedString& part, Extent got, const FixedString& needs) {
        if (value_ == 0 && !inputs_.empty()) {
            write_problem(part, graph_.input,
                          FixedString("Input<number> before it, because the network has ")
                              << int(inputs_.size()) << (inputs_.size() == 1 ? " input" : " inputs"));
        } else {
            write_problem(part, got, needs);
        }
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
        if (const FixedString needs = needs_of(op, {extents.data(), std::size_t(std::min(given, most_inputs))});
            !needs.empty()) {
            refuse(layer_name(), needs);
            return;
        }
        node.facts = facts_of(op);
        if (node.facts.inputs != given) {
            refuse(layer_name(), FixedString("an op that reads ")
                                     << given << (given == 1 ? " value" : " values") << ", not " << node.facts.inputs);
            return;
        }
        for (const int value : node.reads()) {
            if (value > 0 || inputs_.empty() || std::holds_alternative<ops::Input>(op)) continue;
            value_ = 0;
            refuse(layer_name(), {});
            return;
        }
        place(node);
        graph_.nodes.push_back(node);
        value_ = static_cast<int>(graph_.nodes.size());
    }
    /// The same with one value more.
    constexpr void append(const Op& op, int other) { append(op, std::span<const int>(&other, 1)); }

    /// Makes the network's input `number`, from 0, the current value. `part` is the name of the layer that does so.
    constexpr void append_input(int number, const FixedString& part) {
        const int count = inputs_.empty() ? 1 : static_cast<int>(inputs_.size());
        if (number < 0 || number >= count) {
            write_problem(part, graph_.input, FixedString("a network of at least ") << 1ll + number << " inputs");
            return;
        }
        go_to(0);
        if (!inputs_.empty()) {
            const int first = detail::total_size(inputs_.first(std::size_t(number)));
            append(ops::Input{graph_.input.size(), inputs_[std::size_t(number)], first, number});
        }
    }

    /// Gives a copy of the current value a name, under which the loss gets it; `is_trained` is as in `NamedValue`, and
    /// `part` is the name of the layer that does so. The current value stays as it is.
    constexpr void tap(std::string_view name, bool is_trained, const FixedString& part) {
        if (find_tap(graph_.taps, name) != nullptr) refuse(part, "a name that no other tap of the network has");
        if (graph_.taps.size() == NamedValues::most) {
            refuse(part, FixedString("a network of at most ") << int(NamedValues::most) << " taps");
        }
        const int value = value_;
        append(ops::Tap{shape()});
        if (refused()) return;
        graph_.taps.push_back({name, value_, is_trained});
        value_ = value;
    }
    /// Appends a layer by `append()`. All that is appended under one `name` has one set of parameters and running
    /// statistics. Refuses another layer than the first of that name, or parameters of other shapes. `type` tells types
    /// of layers apart, `layer` is the layer's name for messages, and `part` that of the layer which shares it.
    template <class Append>
    constexpr void append_shared(std::string_view name, std::string_view type, const FixedString& layer,
                                 const FixedString& part, const Append& append) {
        const Extent input = shape();
        const long long parameters_size = graph_.parameters_size;
        const long long running_size = graph_.running_size;
        const long long parameter_count = graph_.parameter_count;
        const std::size_t begin = graph_.nodes.size();
        append();
        if (refused()) return;
        for (const SharedLayer& known : shared_) {
            if (known.name != name) continue;
            if (known.type != type) {
                refuse(part, input, FixedString("a name of its own, because ") << name << " is " << known.layer);
            } else if (!take_parameters(known, begin)) {
                refuse(part, input,
                       FixedString("an input like ") << known.input << ", where " << name
                                                     << " is used first: else its parameters have other shapes");
            }
            graph_.parameters_size = parameters_size;
            graph_.running_size = running_size;
            graph_.parameter_count = parameter_count;
            return;
        }
        shared_.push_back({name, type, layer, input, begin, graph_.nodes.size()});
    }

private:
    /// A layer that was appended under a name.
    struct SharedLayer {
        std::string_view name;
        std::string_view type;
        FixedString layer;
        Extent input;
        std::size_t begin = 0;  ///< of its nodes
        std::size_t end = 0;    ///< after its nodes
    };

    /// Gives the nodes from `begin` on the parameters of the layer `known`. Returns false if they have other shapes.
    constexpr bool take_parameters(const SharedLayer& known, std::size_t begin) {
        const std::size_t count = known.end - known.begin;
        if (graph_.nodes.size() - begin != count) return false;
        for (std::size_t k = 0; k < count; ++k) {
            Node& first = graph_.nodes[known.begin + k];
            Node& node = graph_.nodes[begin + k];
            const OpFacts& a = first.facts;
            const OpFacts& b = node.facts;
            if (a.weight_count + a.bias_count + a.statistics_count + b.weight_count + b.bias_count == 0) continue;
            const int channels = graph_.extent(first.inputs[0]).channels;
            if ((first.op.index)() != (node.op.index)() || a.weight_count != b.weight_count ||
                a.bias_count != b.bias_count || a.statistics_count != b.statistics_count || a.fan_in != b.fan_in ||
                channels != graph_.extent(node.inputs[0]).channels) {
                return false;
            }
            node.source = first.source < 0 ? static_cast<int>(known.begin + k) : first.source;
            node.weight_offset = first.weight_offset;
            node.bias_offset = first.bias_offset;
            node.running_offset = first.running_offset;
            node.is_shared = first.is_shared = true;
        }
        return true;
    }

    /// What `refuse` says.
    constexpr void write_problem(const FixedString& part, Extent got, const FixedString& needs) {
        if (refused()) return;
        const FixedString name = layer_name();
        problem_ << "norma: layer " << layer_ << ", " << name;
        if (part.view() != name.view()) problem_ << " (its " << part << ")";
        problem_ << ", gets " << got << " but needs " << needs;
    }
    constexpr FixedString layer_name() const { return layer_name_ == nullptr ? FixedString() : layer_name_(); }
    constexpr bool is_value(int value) {
        const bool is = value >= 0 && value <= static_cast<int>(graph_.nodes.size());
        if (!is) refuse(layer_name(), FixedString("the number of an earlier value, not ") << value);
        return is;
    }
    /// Gives the node places in the arrays of parameters and statistics.
    constexpr void place(Node& node) {
        node.weight_offset = graph_.parameters_size;
        graph_.parameters_size += padded(node.facts.weight_count);
        node.bias_offset = graph_.parameters_size;
        graph_.parameters_size += padded(node.facts.bias_count);
        graph_.parameter_count += node.facts.weight_count + node.facts.bias_count;
        node.running_offset = graph_.running_size;
        graph_.running_size += padded(node.facts.statistics_count);
        node.statistics_offset = graph_.statistics_size;
        graph_.statistics_size += padded(node.facts.statistics_count);
    }

    Graph graph_;
    std::span<const Extent> inputs_;
    List<SharedLayer> shared_;
    int value_ = 0;
    int layer_ = 0;
    int ordinal_ = 0;
    FixedString (*layer_name_)() = nullptr;
    FixedString problem_;
};

}  // namespace norma::inline NORMA_TARGET
