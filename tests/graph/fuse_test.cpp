#include "norma/graph/fuse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ratio>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/layers/shared.hpp"
#include "norma/layers/tap.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"
#include "random_layers.hpp"

namespace fuse_test {

using namespace norma;

namespace {

constexpr std::array modes{
    training_mode,           update_bn_mode,          evaluation_mode, Mode{true, false, false},
    Mode{true, false, true}, Mode{true, true, false}, tapped_mode,     Mode{true, true, true, true}};
constexpr Extent input{4, 6, 6};
using Half = Dropout<std::ratio<1, 2>>;
constexpr kernels::Activation relu_function = kernels::activation_of<ReLU>;

// Before any other use of `fuse`: Clang does not instantiate everything in a constant expression.
static_assert(fuse(build<Conv2d<4, 3>, ReLU>(input).graph(), training_mode).nodes.size() == 1);

template <class... Layers>
FusedGraph fused(Mode mode = training_mode) {
    return fuse(build<Layers...>(input).graph(), mode);
}

const ops::Convolution* convolution(const FusedNode& node) { return std::get_if<ops::Convolution>(&node.op); }

/// Parts of a pointwise node.
struct Parts {
    bool normalises = false;
    bool relu = false;
    bool adds_skip = false;
    bool drops = false;
};
bool is(const FusedNode& node, const Parts& parts) {
    const auto* op = std::get_if<ops::Pointwise>(&node.op);
    return op != nullptr && op->shape.normalises == parts.normalises &&
           op->shape.activation == (parts.relu ? relu_function : kernels::Activation{}) &&
           op->shape.adds_skip == parts.adds_skip && op->shape.drops == parts.drops &&
           node.facts.inputs == (parts.adds_skip ? 2 : 1);
}
/// Is it a convolution with this done to its sums?
bool is(const FusedNode& node, bool folds_norm, bool relu, bool adds_skip) {
    const ops::Convolution* op = convolution(node);
    return op != nullptr && op->folds_norm == folds_norm && op->epilogue.adds_skip == adds_skip &&
           op->epilogue.activation == (relu ? relu_function : kernels::Activation{});
}

/// Numbers formulas: equal formulas get equal numbers.
class Formulas {
public:
    /// The formulas of the output of `graph` and of its taps in `mode`.
    std::vector<int> of(const Graph& graph, Mode mode) {
        std::vector<int> values{0};
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            const Node& node = graph.nodes[i];
            const int x = values[std::size_t(node.inputs[0])];
            const int at = static_cast<int>(i);
            if (std::holds_alternative<ops::Norm>(node.op)) {
                values.push_back(number({norm, at, x}));
            } else if (const auto* f = std::get_if<ops::Activation>(&node.op)) {
                values.push_back(activated(f->activation, x));
            } else if (std::holds_alternative<ops::Add>(node.op)) {
                values.push_back(sum(x, values[std::size_t(node.inputs[1])]));
            } else if (std::holds_alternative<ops::Dropout>(node.op)) {
                values.push_back(mode.dropout ? number({drop, node.random_name(), x}) : x);
            } else {
                values.push_back(number(of_inputs(node, at, values)));
            }
        }
        std::vector<int> outputs{values[std::size_t(graph.output)]};
        for (const NamedValue& tap : graph.taps) {
            if (tap.is_in(mode)) outputs.push_back(values[std::size_t(tap.value)]);
        }
        return outputs;
    }
    /// The formulas of the output and the taps of `graph`, which was made of another one.
    std::vector<int> of(const FusedGraph& graph) {
        std::vector<int> values{0};
        for (const FusedNode& node : graph.nodes) {
            int x = values[std::size_t(node.inputs[0])];
            visit_op(node.op, [&]<class O>(const O& op) {
                if constexpr (std::is_same_v<O, ops::Pointwise>) {
                    if (op.shape.normalises) x = number({norm, node.norm, x});
                    x = activated(op.shape.activation, x);
                    if (op.shape.adds_skip) x = sum(x, values[std::size_t(node.inputs[1])]);
                    if (op.shape.drops) x = number({drop, node.random, x});
                } else if constexpr (ops::HasEpilogue<O>) {
                    x = number({other, node.convolution >= 0 ? node.convolution : node.last, x});
                    if (op.folds_norm) x = number({norm, node.norm, x});
                    x = activated(op.epilogue.activation, x);
                    if (op.epilogue.adds_skip) x = sum(x, values[std::size_t(node.inputs[1])]);
                } else {
                    x = number(of_inputs(node, node.last, values));
                }
            });
            values.push_back(x);
        }
        std::vector<int> outputs{values[std::size_t(graph.output)]};
        for (const NamedValue& tap : graph.taps) outputs.push_back(values[std::size_t(tap.value)]);
        return outputs;
    }

private:
    enum Kind { norm, function, add, drop, other };

    int number(const std::vector<long long>& formula) {
        return known_.try_emplace(formula, static_cast<int>(known_.size()) + 1).first->second;
    }
    static std::vector<long long> of_inputs(const Node& node, int number, const std::vector<int>& values) {
        std::vector<long long> formula{other, number};
        for (const int v : node.reads()) formula.push_back(values[std::size_t(v)]);
        return formula;
    }
    int activated(const kernels::Activation& f, int x) {
        if (!f) return x;
        const std::string name(f.name().view());
        return number({function, names_.try_emplace(name, static_cast<int>(names_.size())).first->second, x});
    }
    int sum(int a, int b) { return number({add, std::min(a, b), std::max(a, b)}); }

    std::map<std::vector<long long>, int> known_;
    std::map<std::string, int> names_;
};

/// Are the parameters of a node those of the nodes that it replaces?
bool has_their_parameters(const FusedNode& node, const Graph& graph) {
    const auto original = [&](int i) -> const Node& { return graph.nodes[std::size_t(i)]; };
    const bool folds = visit_op(node.op, []<class O>(const O& op) {
        if constexpr (ops::HasEpilogue<O>) return op.folds_norm;
        return false;
    });
    if (norm_in(node) == nullptr) {
        const Node& replaced = original(node.convolution >= 0 ? node.convolution : node.first);
        const bool has_biases = folds ? node.bias_offset >= graph.parameters_size
                                      : node.facts.bias_count == 0 || node.bias_offset == replaced.bias_offset;
        return has_biases && (node.facts.weight_count == 0 || node.weight_offset == replaced.weight_offset);
    }
    return node.weight_offset == original(node.norm).weight_offset &&
           node.bias_offset == original(node.norm).bias_offset &&
           node.statistics_offset == original(node.norm).statistics_offset;
}

}  // namespace

TEST_CASE("fuse: norm, ReLU, skip and dropout become one") {
    const FusedGraph graph = fused<Residual<Block<4, 1, GroupNorm<2>>>, Half>();
    REQUIRE(graph.nodes.size() == 2);
    CHECK(is(graph.nodes[0], false, false, false));
    CHECK(is(graph.nodes[1], {.normalises = true, .relu = true, .adds_skip = true, .drops = true}));
    CHECK(graph.nodes[1].inputs[0] == 1);
    CHECK(graph.nodes[1].inputs[1] == 0);
    CHECK(graph.nodes[1].norm == 1);
    CHECK(graph.nodes[1].last == 4);
    CHECK(graph.nodes[1].layer == 1);
    CHECK(graph.output == 2);
    const auto& op = std::get<ops::Pointwise>(graph.nodes[1].op);
    CHECK(op.shape.groups == 2);
    CHECK(op.shape.rate.threshold == 32768);
    CHECK(graph.nodes[1].facts.mask_count == input.size());
}

TEST_CASE("fuse: parts in another order, or twice, stay apart") {
    const FusedGraph relu_norm = fused<ReLU, BatchNorm>();
    REQUIRE(relu_norm.nodes.size() == 2);
    CHECK(is(relu_norm.nodes[0], {.relu = true}));
    CHECK(is(relu_norm.nodes[1], {.normalises = true}));
    CHECK(fused<Half, GroupNorm<1>>().nodes.size() == 2);
    CHECK(fused<Half, ReLU>().nodes.size() == 2);
    CHECK(fused<Half, Half>().nodes.size() == 2);
    CHECK(fused<ReLU, ReLU>().nodes.size() == 2);
    CHECK(fused<BatchNorm, BatchNorm>().nodes.size() == 2);
    CHECK(fused<Residual<Half>>().nodes.size() == 2);
    CHECK(fused<Residual<Residual<ReLU>>>().nodes.size() == 2);
}

TEST_CASE("fuse: a value that two nodes read is not fused away") {
    // The addition reads what the norm makes, as the ReLU does: the norm has to leave it in memory.
    const FusedGraph graph = fused<BatchNorm, Residual<ReLU>>();
    REQUIRE(graph.nodes.size() == 2);
    CHECK(is(graph.nodes[0], {.normalises = true}));
    CHECK(is(graph.nodes[1], {.relu = true, .adds_skip = true}));
    CHECK(graph.nodes[1].inputs[0] == 1);
    CHECK(graph.nodes[1].inputs[1] == 1);
    // A convolution whose output a skip reads too.
    for (const Mode mode : modes) {
        const FusedGraph convolved = fused<Conv2d<4, 1>, Residual<Sequential<ReLU, MaxPool2d<1>>>>(mode);
        REQUIRE(convolved.nodes.size() == 4);
        CHECK(is(convolved.nodes[0], false, false, false));
        CHECK_FALSE(convolved.nodes[1].overwrites_input);
    }
}

TEST_CASE("fuse: either input of an addition may be the chain that it joins") {
    GraphBuilder builder(input);
    builder.append(ops::Activation{input, relu_function});
    builder.go_to(0);
    builder.append(ops::Add{input}, 1);  // x + ReLU(x): input 1 is the chain
    const FusedGraph graph = fuse(builder.graph(), training_mode);
    REQUIRE(graph.nodes.size() == 1);
    CHECK(is(graph.nodes[0], {.relu = true, .adds_skip = true}));

    // Of two chains the first one.
    using Norm = Sequential<Conv2d<4, 1>, GroupNorm<2>>;
    const FusedGraph two = fused<ProjectedResidual<Norm, Norm>>();
    REQUIRE(two.nodes.size() == 4);
    CHECK(is(two.nodes[1], {.normalises = true}));
    CHECK(is(two.nodes[3], {.normalises = true, .adds_skip = true}));
    CHECK(two.nodes[3].inputs[0] == 3);
    CHECK(two.nodes[3].inputs[1] == 2);
}

TEST_CASE("fuse: in training a convolution takes a ReLU, and nothing that its gradient would lose") {
    CHECK(is(fused<Conv2d<4, 3>, ReLU>().nodes.back(), false, true, false));
    CHECK(fused<Conv2d<4, 3>, ReLU>().nodes.size() == 1);
    CHECK(fused<Conv2d<4, 3>, ReLU>().nodes[0].convolution == 0);
    CHECK(fused<Conv2d<4, 3>, ReLU>().nodes[0].last == 1);
    CHECK(fused<Conv2d<4, 3>, BatchNorm>().nodes.size() == 2);
    CHECK(fused<Residual<Conv2d<4, 1>>>().nodes.size() == 2);
    CHECK(fused<Residual<Conv2d<4, 1>, ReLU>>().nodes.size() == 2);
    CHECK(fused<Conv2d<4, 3>, Half>().nodes.size() == 2);
    CHECK(is(fused<Linear<3>, ReLU>().nodes.back(), false, true, false));
    // A norm that uses the running statistics still needs its own input backward.
    CHECK(fused<Conv2d<4, 3>, BatchNorm>({true, false, false}).nodes.size() == 2);
}

TEST_CASE(
    "fuse: an activation that takes long stays out of a convolution, and so does one whose gradient reads its input") {
    for (const Mode mode : modes) {
        const FusedGraph graph = fused<Conv2d<4, 3>, GELU>(mode);
        REQUIRE(graph.nodes.size() == 2);
        CHECK_FALSE(graph.nodes[1].overwrites_input);
        CHECK(fused<DepthwiseConv2d<3>, ReLU>(mode).nodes.size() == 1);
        CHECK(fused<Conv2d<4, 3>, HardSwish>(mode).nodes.size() == (mode.gradients ? 2 : 1));
    }
    CHECK(fused<BatchNorm, GELU, Half>().nodes.size() == 1);
}

TEST_CASE("fuse: in evaluation a convolution takes a norm by running statistics, a ReLU and a skip") {
    const FusedGraph graph = fused<Residual<Block<4, 1, BatchNorm>>, Half, Conv2d<4, 3>, BatchNorm>(evaluation_mode);
    REQUIRE(graph.nodes.size() == 2);
    CHECK(is(graph.nodes[0], true, true, true));
    CHECK(graph.nodes[0].convolution == 0);
    CHECK(graph.nodes[0].norm == 1);
    CHECK(graph.nodes[0].inputs[1] == 0);
    CHECK(is(graph.nodes[1], true, false, false));
    // The folded biases follow the parameters.
    CHECK(graph.nodes[0].bias_offset == graph.parameters_size);
    CHECK(graph.nodes[1].bias_offset == graph.parameters_size + 16);
    CHECK(graph.folded_size == graph.parameters_size + 32);
    CHECK(fused<Conv2d<4, 3>, ReLU>(evaluation_mode).folded_size == 0);
    // Statistics of the batch, or of one sample, are not known before the convolution has run.
    CHECK(fused<Conv2d<4, 3>, BatchNorm>(update_bn_mode).nodes.size() == 2);
    CHECK(fused<Conv2d<4, 3>, GroupNorm<2>>(evaluation_mode).nodes.size() == 2);
    // A shared weight has one place, and a norm for each use.
    const FusedGraph shared =
        fused<Shared<"a", Conv2d<4, 1>>, BatchNorm, Shared<"a", Conv2d<4, 1>>, ReLU>(evaluation_mode);
    REQUIRE(shared.nodes.size() == 3);
    CHECK(is(shared.nodes[0], false, false, false));
    CHECK(is(shared.nodes[2], false, true, false));
    CHECK(shared.folded_size == 0);
    // A second norm does not fit.
    CHECK(fused<Conv2d<4, 3>, BatchNorm, BatchNorm>(evaluation_mode).nodes.size() == 2);
}

TEST_CASE("fuse: a node may write over the output of a convolution that it alone reads, if its gradient allows it") {
    const FusedGraph dropped = fused<Conv2d<4, 1>, Half>();
    REQUIRE(dropped.nodes.size() == 2);
    CHECK(dropped.nodes[1].overwrites_input);
    CHECK(fused<Residual<Conv2d<4, 1>>>().nodes[1].overwrites_input);
    CHECK_FALSE(fused<Residual<Conv2d<4, 1>, ReLU>>().nodes[1].overwrites_input);
    CHECK_FALSE(fused<Conv2d<4, 1>, GroupNorm<2>>().nodes[1].overwrites_input);
    CHECK_FALSE(fused<MaxPool2d<2>, Half>().nodes[1].overwrites_input);
}

TEST_CASE("fuse: dropout is left out in modes without it, and what follows joins what comes before") {
    CHECK(fused<Half>(evaluation_mode).nodes.empty());
    CHECK(fused<Half>(evaluation_mode).output == 0);
    const FusedGraph graph = fused<GroupNorm<2>, Half, ReLU>(evaluation_mode);
    REQUIRE(graph.nodes.size() == 1);
    CHECK(is(graph.nodes[0], {.normalises = true, .relu = true}));
    CHECK(graph.nodes[0].facts.mask_count == 0);
    const FusedGraph last = fused<Conv2d<4, 1>, Half>(update_bn_mode);
    CHECK(last.nodes.size() == 1);
    CHECK(last.output == 1);
    // Two read the copy, so two read the original.
    CHECK(fused<GroupNorm<2>, Half, Residual<ReLU>>(evaluation_mode).nodes.size() == 2);
}

TEST_CASE("fuse: nodes that the output does not need are dropped, and do not count as readers") {
    GraphBuilder builder(input);
    builder.append(ops::Activation{input, relu_function});
    builder.append(ops::Dropout{input, Half::rate});
    builder.append(ops::MaxPool{{input, {4, 3, 3}, {2, 2}, {2, 2}}});  // nobody reads it
    builder.go_to(2);
    builder.append(ops::Activation{input, relu_function});  // nor this
    builder.go_to(1);
    builder.append(ops::Dropout{input, Half::rate});
    const FusedGraph graph = fuse(builder.graph(), training_mode);
    REQUIRE(graph.nodes.size() == 1);
    CHECK(is(graph.nodes[0], {.relu = true, .drops = true}));
    CHECK(graph.nodes[0].last == 4);
    CHECK(graph.output == 1);
}

TEST_CASE("fuse: a tap keeps its value in modes that have it, and costs the others nothing") {
    const auto with = [](Mode mode) { return fused<Conv2d<4, 3>, Tap<"a">, ReLU, Tap<"b", ReLU>, Conv2d<4, 1>>(mode); };
    CHECK(with(evaluation_mode).nodes.size() == 2);
    CHECK(with(evaluation_mode).taps.size() == 0);
    const FusedGraph training = with(training_mode);
    REQUIRE(training.taps.size() == 1);
    CHECK(training.taps[0].name == "b");
    CHECK(training.taps[0].value == 3);
    CHECK(training.nodes.size() == 4);  // convolution with ReLU, ReLU, tap, convolution
    CHECK(training.output == 4);
    const FusedGraph tapped = with(tapped_mode);
    REQUIRE(tapped.taps.size() == 2);
    CHECK(tapped.nodes.size() == 6);
    CHECK(std::holds_alternative<ops::Tap>(tapped.nodes[std::size_t(tapped.taps[0].value) - 1].op));
    CHECK(is(tapped.nodes[0], false, false, false));
}

TEST_CASE("fuse: a policy without normalisation leaves no node, and layers are counted from 1") {
    const FusedGraph graph = fused<NoNorm, Block<3, 3, NoNorm>, NoNorm, MaxPool2d<2>, Linear<2>>();
    REQUIRE(graph.nodes.size() == 3);
    CHECK(is(graph.nodes[0], false, true, false));
    CHECK(graph.nodes[0].layer == 2);
    CHECK(graph.nodes[1].layer == 4);
    CHECK(graph.nodes[2].layer == 5);
    CHECK(graph.extent(graph.output) == Extent{2, 1, 1});
}

TEST_CASE("fuse: a max pool keeps marks where gradients are computed, unless its windows have more taps than a byte") {
    const auto pool = [](Size window, Mode mode) {
        GraphBuilder builder(Extent{4, 34, 34});
        builder.append(ops::MaxPool{{{4, 34, 34}, {4, 34 / window.height, 34 / window.width}, window, window}});
        return fuse(builder.graph(), mode).nodes[0].facts;
    };
    const OpFacts marked = pool({2, 2}, training_mode);
    CHECK(marked.mask_count == 4 * 17 * 17);
    CHECK_FALSE(marked.backward_reads_input);
    CHECK_FALSE(marked.backward_reads_output);
    CHECK_FALSE(marked.is_cheap);
    CHECK(pool({1, 1}, training_mode).is_cheap);  // to store its output would cost more than to compute it again
    for (const OpFacts& facts : {pool({2, 2}, evaluation_mode), pool({17, 17}, training_mode)}) {
        CHECK(facts.mask_count == 0);
        CHECK(facts.backward_reads_input);
        CHECK(facts.is_cheap);
    }
}

TEST_CASE("fuse: a dropout mask keeps its name, whatever its node is fused with") {
    const Graph graph = build<GroupNorm<2>, ReLU, Half, Half>(input).graph();
    const FusedGraph joined = fuse(graph, training_mode);
    REQUIRE(joined.nodes.size() == 2);
    CHECK(joined.nodes[0].random == graph.nodes[2].random_name());
    CHECK(joined.nodes[1].random == graph.nodes[3].random_name());
    CHECK(joined.nodes[0].random == (3u << 8));
}

TEST_CASE("fuse: random networks compute the same after it, with the same parameters") {
    std::size_t before = 0;
    std::size_t after = 0;
    for (std::uint32_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        const Graph graph = graph_support::RandomLayers(seed).make();
        for (const Mode mode : modes) {
            const FusedGraph made = fuse(graph, mode);
            Formulas formulas;
            REQUIRE(formulas.of(made) == formulas.of(graph, mode));
            REQUIRE(made.extent(made.output) == graph.extent(graph.output));
            for (const FusedNode& node : made.nodes) REQUIRE(has_their_parameters(node, graph));
            before += graph.nodes.size();
            after += made.nodes.size();
        }
    }
    CHECK(20 * after < 17 * before);
}

}  // namespace fuse_test
