#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/fixed_list.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/inputs.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/planner.hpp"
#include "norma/layers/build.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Writes (`=`) the initial weights and biases of `nodes` to `parameters`, see `BasicNetwork`. It knows no type of
/// network, so that it is compiled once.
template <class T>
void draw_parameters(std::span<const Node> nodes, std::uint64_t seed, T* parameters) {
    for (const Node& node : nodes) {
        if (node.source >= 0) continue;
        const OpFacts& facts = node.facts;
        T* const weight = parameters + node.weight_offset;
        T* const bias = parameters + node.bias_offset;
        if (facts.fan_in == 0) {
            for (int k = 0; k < facts.weight_count; ++k) weight[k] = T(facts.initial_weight);
            continue;
        }
        const float bound = 1.0f / std::sqrt(static_cast<float>(facts.fan_in));
        RandomSequence random({seed, Purpose::weights, node.random_name(), 0, 0});
        for (int k = 0; k < facts.weight_count; ++k) weight[k] = T(random.uniform(-bound, bound));
        for (int k = 0; k < facts.bias_count; ++k) bias[k] = T(random.uniform(-bound, bound));
    }
}

/// The graph of a network's layers, for samples of `Input`.
template <class Input, class... Layers>
constexpr GraphBuilder build_network() {
    return build<Layers...>(Input::extent, inputs_of<Input>());
}

/// Never defined, so that the compiler's error about an incomplete type shows the sentence.
template <auto... Sentence>
struct LayerDoesNotFit;

/// What the layers append, in one constant, so that the compiler calls them once for all questions: whether they fit,
/// how many nodes there are, and which. A second time only if the nodes are more than it has room for.
template <class Input, class... Layers>
struct BuiltNetwork {
    template <std::size_t Room>
    struct Result {
        FixedString problem;
        std::size_t count = 0;
        BasicGraph<FixedList<Node, Room>> graph;
    };
    static constexpr std::size_t room = 4 * sizeof...(Layers) + 8;
    static constexpr auto first = [] {
        const GraphBuilder builder = build_network<Input, Layers...>();
        const Graph graph = builder.graph();
        return Result<room>{builder.problem(), graph.nodes.size(), in_room<room>(graph)};
    }();
    /// The sentence about the layer that does not fit; empty if all do.
    static constexpr FixedString problem = first.problem;
    /// All nodes.
    static constexpr auto graph = [] {
        if constexpr (first.count > room) {
            return fixed<first.count>(build_network<Input, Layers...>().graph());
        } else {
            return fixed<first.count>(first.graph);
        }
    }();
};

/// Does not compile unless every layer accepts the shape before it. The error says which layer refuses, what it gets
/// and what it needs.
template <class Input, class... Layers>
struct ShapesFit {
    static constexpr auto problem = [] { return BuiltNetwork<Input, Layers...>::problem; };
    using Message = std::conditional_t<problem().empty(), ShapesFit*, MessageOf<LayerDoesNotFit, problem>>;
    static_assert(sizeof(Message) > 0);
};

/// The graph of a network as a constant, with `Numbers` as in `BasicNetwork`.
template <class Input, class Numbers, class... Layers>
constexpr auto fixed_graph() {
    auto graph = BuiltNetwork<Input, Layers...>::graph;
    graph.numbers = {sizeof(typename NumbersOf<Numbers>::Value), sizeof(typename NumbersOf<Numbers>::Scalar)};
    constexpr Precision precision = NumbersOf<Numbers>::precision;
    for (Node& node : graph.nodes) {
        const auto* convolution = std::get_if<ops::Convolution>(&node.op);
        if (precision == Precision::scalar || convolution == nullptr || !convolution->may_be_bf16()) continue;
        ops::Convolution other = *convolution;
        other.precision = precision;
        node.op = Op(other);
        node.facts = facts_of(node.op);
    }
    return graph;
}
}  // namespace detail

/// A network as a type: layers, applied one after another to samples of shape `Input`. The compiler knows all shapes,
/// counts and the plan. The object holds the learned parameters, in one aligned array, and the running statistics of
/// norms over the batch. `Numbers` is the scalar of all numbers, or `Bf16`: then activations are
/// bfloat16, and the others floats.
/// @snippet examples_test.cpp Network
template <class Numbers, InputType Input, class... Layers>
class BasicNetwork {
    static_assert(sizeof(detail::ShapesFit<Input, Layers...>) > 0);
    using T = typename NumbersOf<Numbers>::Scalar;

public:
    using Scalar = T;          ///< of parameters and sums
    using InputShape = Input;  ///< a `Shape` or `Inputs`

    /// The type of activations and their gradients.
    using Value = typename NumbersOf<Numbers>::Value;

    /// In which numbers convolutions multiply.
    static constexpr Precision precision = NumbersOf<Numbers>::precision;

    /// The same layers with other numbers, for instance `double` to check gradients, or `Bf16`.
    template <class Other>
    using Rebind = BasicNetwork<Other, Input, Layers...>;

    /// The nodes that the layers append, not fused, and where their parameters are.
    static constexpr auto graph = detail::fixed_graph<Input, Numbers, Layers...>();
    /// The plan for mode `M`.
    template <Mode M>
    static constexpr auto plan = detail::PlanParts<graph, M>::make();

    /// Does each layer accept the shape before it? If not, there is a compile error already, and no other need follow.
    static constexpr bool layers_fit = detail::ShapesFit<Input, Layers...>::problem().empty();
    /// Shape of a sample.
    static constexpr Extent input_extent = Input::extent;
    /// Shape of the last layer's output.
    static constexpr Extent output_extent = graph.nodes.empty() ? Extent{} : graph.extent(graph.output);
    /// Numbers in the output of one sample; for a classifier, one per class.
    static constexpr int outputs = output_extent.size();
    /// Learned numbers.
    static constexpr long long parameter_count = graph.parameter_count;
    /// Multiply-adds of convolutions and linear layers, for one sample forward.
    static constexpr long long multiply_adds = [] {
        long long sum = 0;
        for (const Node& node : graph.nodes) sum += node.facts.multiply_adds;
        return sum;
    }();
    /// Bytes of activations and gradients in one training step: in the arena of each thread.
    static constexpr std::size_t activation_bytes_per_thread =
        static_cast<std::size_t>(thread_size(plan<training_mode>));
    /// The same for each sample of the batch; 0 without norms over the batch.
    static constexpr std::size_t activation_bytes_per_sample = static_cast<std::size_t>(plan<training_mode>.store_size);
    /// Is there a norm over the batch? Then training keeps running statistics, and needs at least two values per
    /// channel unless the norm's `one_value` says otherwise.
    static constexpr bool over_batch = graph.statistics_size > 0;

    /// Draws parameters by `seed`, with PyTorch's default distributions: weights and biases of convolutions and linear
    /// layers uniform in ±1/√fan_in. Weights of `LayerScale`
    /// and slopes of `PReLU` begin with the value that their type names. Norms begin with weight 1 and bias 0, running
    /// mean 0 and running variance 1.
    explicit BasicNetwork(std::uint64_t seed = 0)
        : parameters_(graph.parameters_size), running_mean_(graph.running_size), running_variance_(graph.running_size) {
        detail::draw_parameters<T>(graph.nodes, seed, parameters_.data());
        for (T& v : running_variance_) v = 1;
    }

    /// All learned numbers, in the order of the nodes: a convolution's weight (ky × kx × input × output channels) and
    /// bias, a norm's weight and bias. Each begins at a multiple of 16; the gaps between stay 0.
    std::span<T> parameters() { return parameters_; }
    std::span<const T> parameters() const { return parameters_; }
    /// Running mean of the norms over the batch, each norm's channels from its `running_offset` on.
    std::span<T> running_mean() { return running_mean_; }
    std::span<const T> running_mean() const { return running_mean_; }
    /// Running variance, in the same places.
    std::span<T> running_var() { return running_variance_; }
    std::span<const T> running_var() const { return running_variance_; }
    /// Batches that the running statistics contain.
    long long tracked_batches() const { return tracked_batches_; }
    /// Sets `tracked_batches`; no statistic changes.
    void set_tracked_batches(long long batches) { tracked_batches_ = batches; }

private:
    AlignedBuffer<T> parameters_;
    AlignedBuffer<T> running_mean_;
    AlignedBuffer<T> running_variance_;
    long long tracked_batches_ = 0;
};

/// A network of floats; see BasicNetwork.
template <InputType Input, class... Layers>
using Network = BasicNetwork<float, Input, Layers...>;

}  // namespace norma::inline NORMA_TARGET
