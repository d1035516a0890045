#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/graph/mode.hpp"

/// Fusion: a pass over the graph that replaces a chain of pointwise nodes, and a convolution before it, by one node.
/// What may be fused depends on the mode.
namespace norma::inline NORMA_TARGET {

/// A value as a slice of the channels of a wider one: of the output of a concatenation, which then copies nothing of
/// it. The gradient is the same slice of the wider one's.
struct ValueSlice {
    int whole = 0;    ///< the value in whose array it is, itself no slice; 0: it has an array of its own
    int channel = 0;  ///< of that value, its first
    int pitch = 0;    ///< channels of that value; 0: it has an array of its own
};

/// A node of a fused graph: what one step runs. It has the op's facts and places like a `Node`.
struct FusedNode : Node {
    int first = 0;                  ///< the first of the nodes that it replaces
    int last = 0;                   ///< the last of them
    int convolution = -1;           ///< the convolution that it replaces, or −1
    int norm = -1;                  ///< the norm that it replaces, or −1
    std::uint32_t random = 0;       ///< names the numbers of its dropout mask
    bool overwrites_input = false;  ///< writes its output over input 0, a convolution's output that no other reads
    bool has_gradient = false;  ///< its output depends on parameters: it runs backward, and its output has a gradient

    /// Does the first sample of a chunk write (`=`) the gradients of weight and bias? Then they need not be 0 before.
    constexpr bool assigns_gradients() const { return facts.assigns_gradients && !is_shared; }
    ValueSlice slice;  ///< where its output is in a wider value
};

/// A fused graph that grows.
using FusedGraph = BasicGraph<List<FusedNode>>;

namespace detail {

/// Makes the fused graph of a graph for one mode.
class Fusion {
public:
    constexpr Fusion(const std::span<const Node> nodes, int output, const NamedValues& taps, Mode mode)
        : nodes_(nodes), output_(output), mode_(mode) {
        for (const NamedValue& tap : taps) {
            if (tap.is_in(mode)) taps_.push_back(tap);
        }
    }

    /// The nodes, and the numbers of the output and of the taps that the mode computes. `parameters_size` is the end of
    /// the network's parameters, after which the folded biases get their places; `folded_size` becomes the end of
    /// those.
    constexpr List<FusedNode> run(int& output, NamedValues& taps, long long& folded_size, long long parameters_size) {
        count_consumers();
        for (std::size_t i = 0; i < nodes_.size(); ++i) begin(i);
        for (std::size_t i = 0; i < nodes_.size(); ++i) join_convolution(i, folded_size, parameters_size);
        return numbered(output, taps);
    }

private:
    /// What node i of the graph became.
    struct Draft : FusedNode {
        bool exists = false;   ///< false if nothing needs it, or another node replaces it
        bool is_copy = false;  ///< its output is its input: dropout in a mode without it
    };

    constexpr std::size_t maker(int value) const { return std::size_t(value - 1); }
    constexpr Draft* maker_of(int value) { return value == 0 ? nullptr : &drafts_[maker(value)]; }
    /// The value itself, or that of which it is a copy.
    constexpr int resolved(int value) {
        while (value > 0 && drafts_[maker(value)].is_copy) value = drafts_[maker(value)].inputs[0];
        return value;
    }
    constexpr int& consumers(int value) { return consumers_[std::size_t(value)]; }
    constexpr bool is_left_out(const Node& node) const {
        return std::holds_alternative<ops::Dropout>(node.op) && !mode_.dropout;
    }

    /// Counts the consumers of each value. A node whose output nothing needs has none, and does not count as one.
    constexpr void count_consumers() {
        consumers_.assign(nodes_.size() + 1, 0);
        consumers(output_) = 1;
        for (const NamedValue& tap : taps_) consumers(tap.value) = 1;
        for (std::size_t i = nodes_.size(); i-- > 0;) {
            const int out = consumers(int(i) + 1);
            if (out == 0) continue;
            // What reads a copy reads the original.
            for (const int v : nodes_[i].reads()) consumers(v) += is_left_out(nodes_[i]) ? out : 1;
        }
    }

    /// The parts of a pointwise op; nothing of another op.
    static constexpr const kernels::Pointwise* parts(const Draft* draft) {
        const auto* pointwise = draft == nullptr || !draft->exists ? nullptr : std::get_if<ops::Pointwise>(&draft->op);
        return pointwise == nullptr ? nullptr : &pointwise->shape;
    }
    /// Do the parts of `b` come after those of `a`, in the order norm, activation, skip, dropout?
    static constexpr bool follows(const kernels::Pointwise& a, const kernels::Pointwise& b) {
        const auto first_part = [](const kernels::Pointwise& p) {
            return p.normalises ? 0 : p.activation ? 1 : p.adds_skip ? 2 : 3;
        };
        const auto last_part = [](const kernels::Pointwise& p) {
            return p.drops ? 3 : p.adds_skip ? 2 : p.activation ? 1 : 0;
        };
        return last_part(a) < first_part(b);
    }

    /// Makes the draft of node `i` and fuses it with the pointwise node before it.
    constexpr void begin(std::size_t i) {
        Draft draft;
        static_cast<Node&>(draft) = nodes_[i];
        for (int& v : draft.inputs) v = resolved(v);
        draft.first = draft.last = static_cast<int>(i);
        draft.exists = consumers(int(i) + 1) > 0;
        draft.is_copy = is_left_out(nodes_[i]);
        visit_op(nodes_[i].op, [&]<class O>(const O& op) {
            if constexpr (requires { op.part(); }) {
                if constexpr (std::is_same_v<O, ops::Norm>) draft.norm = static_cast<int>(i);
                if constexpr (std::is_same_v<O, ops::Dropout>) draft.random = nodes_[i].random_name();
                draft.op = Op(ops::Pointwise{op.part(), mode_.batch_statistics && op.part().over_batch});
            } else if constexpr (std::is_same_v<O, ops::Linear>) {
                draft.op = Op(op.convolution());
            } else if constexpr (std::is_same_v<O, ops::MaxPool>) {
                draft.op = Op(O{op.windows, mode_.gradients && kernels::has_marks(op.windows)});
            }
        });
        if (draft.is_copy) draft.exists = false;
        if (const auto* part = parts(&draft)) join_pointwise(draft, *part);
        draft.facts = facts_of(draft.op);
        drafts_.push_back(draft);
    }

    /// Fuses `next` with the pointwise node that makes one of its inputs, if no other node reads that.
    constexpr void join_pointwise(Draft& next, const kernels::Pointwise part) {
        for (std::size_t k = 0; k < next.reads().size(); ++k) {
            Draft* const before = maker_of(next.inputs[k]);
            const auto* chain = parts(before);
            if (chain == nullptr || consumers(next.inputs[k]) != 1 || !follows(*chain, part)) continue;
            const int skip = next.inputs[1 - k];
            ops::Pointwise all = std::get<ops::Pointwise>(before->op);
            if (part.activation) all.shape.activation = part.activation;
            all.shape.adds_skip |= part.adds_skip;
            all.shape.drops |= part.drops;
            if (part.drops) all.shape.rate = part.rate;
            Draft joined = *before;
            joined.op = Op(all);
            joined.last = next.last;
            if (part.adds_skip) joined.inputs[1] = skip;
            if (part.drops) joined.random = next.random;
            before->exists = false;
            next = joined;
            return;
        }
    }

    /// Fuses the pointwise node `i` with the convolution that makes its input, if no other node reads that. A cheap
    /// activation and a skip are then applied to sums still in registers; a norm by running statistics is folded into
    /// the weights. Where that is not possible, the node may write over the convolution's output.
    constexpr void join_convolution(std::size_t i, long long& folded_size, long long parameters_size) {
        Draft& next = drafts_[i];
        const auto* part = parts(&next);
        Draft* const before = maker_of(next.inputs[0]);
        if (part == nullptr || before == nullptr || !before->exists || consumers(next.inputs[0]) != 1) return;
        visit_op(before->op, [&]<class O>(const O& op) {
            if constexpr (ops::HasEpilogue<O>) {
                if (op.epilogue != kernels::Epilogue{} || op.folds_norm) return;
                // A shared weight cannot have another norm in it for each of its uses.
                if (!may_be_epilogue(*part) || (part->normalises && before->is_shared)) {
                    next.overwrites_input = next.facts.may_overwrite_input;
                    return;
                }
                O all = op;
                all.epilogue = {part->activation, part->adds_skip};
                all.folds_norm = part->normalises;
                join_epilogue(*before, Op(all), next, *part, folded_size, parameters_size);
            }
        });
    }
    /// May these parts be done to a convolution's sums?
    constexpr bool may_be_epilogue(const kernels::Pointwise& part) const {
        // The backward pass takes the activation's derivative from the output, which a skip changes. A norm reads its
        // own input again.
        const bool backward_allows =
            !mode_.gradients || !(part.normalises || part.adds_skip || !part.activation.gradient_from_output());
        const bool folds = part.over_batch && !mode_.batch_statistics && part.affine != kernels::Affine::per_element;
        return !part.drops && part.activation.is_cheap() && backward_allows && (!part.normalises || folds);
    }
    /// Fuses the convolution `before` with the pointwise node `next`, whose parts are `part`, into the op `all`. This
    /// is no template, because Clang does not instantiate one that a lambda calls in a constant expression.
    constexpr void join_epilogue(Draft& before, const Op& all, Draft& next, const kernels::Pointwise& part,
                                 long long& folded_size, long long parameters_size) {
        Draft joined = before;
        joined.convolution = before.last;
        joined.last = next.last;
        joined.norm = next.norm;
        joined.inputs[1] = next.inputs[1];
        if (part.normalises) {
            joined.bias_offset = std::max(folded_size, parameters_size);
            folded_size = joined.bias_offset + padded(part.extent.channels);
        }
        joined.op = all;
        joined.facts = facts_of(joined.op);
        before.exists = false;
        next = joined;
    }

    /// The drafts that exist, with their values numbered anew.
    constexpr List<FusedNode> numbered(int& output, NamedValues& taps) {
        List<FusedNode> result;
        List<int> numbers;
        numbers.push_back(0);
        for (Draft& draft : drafts_) {
            if (draft.exists) {
                for (int k = 0; k < draft.facts.inputs; ++k) {
                    int& v = draft.inputs[std::size_t(k)];
                    v = numbers[std::size_t(v)];
                    draft.has_gradient = draft.has_gradient || (v > 0 && result[std::size_t(v - 1)].has_gradient);
                }
                if (draft.facts.weight_count + draft.facts.bias_count > 0) draft.has_gradient = true;
                result.push_back(draft);
            }
            numbers.push_back(static_cast<int>(result.size()));
        }
        output = numbers[std::size_t(resolved(output_))];
        for (const NamedValue& tap : taps_) {
            taps.push_back({tap.name, numbers[std::size_t(resolved(tap.value))], tap.is_trained});
        }
        return result;
    }

    std::span<const Node> nodes_;
    int output_;
    Mode mode_;
    NamedValues taps_;  ///< that the mode computes
    List<int> consumers_;
    List<Draft> drafts_;
};

}  // namespace detail

/// The nodes of `graph` as they run in `mode`: fused, without dropout where the mode has none, and without nodes that
/// neither the output nor a tap of the mode needs.
template <class Nodes>
constexpr FusedGraph fuse(const BasicGraph<Nodes>& graph, Mode mode) {
    FusedGraph result{graph.input,           {}, 0,  graph.parameters_size, graph.running_size, graph.statistics_size,
                      graph.parameter_count, 0,  {}, graph.numbers};
    result.nodes = detail::Fusion({graph.nodes.begin(), graph.nodes.size()}, graph.output, graph.taps, mode)
                       .run(result.output, result.taps, result.folded_size, graph.parameters_size);
    return result;
}

}  // namespace norma::inline NORMA_TARGET
