#include "norma/graph/slices.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <variant>
#include <vector>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/identity.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/sequential.hpp"
#include "plan_of.hpp"

namespace slices_test {

using namespace norma;
using namespace graph_support;

// planner_test.cpp holds that each slice has what its consumers want.

namespace {

/// A node of an op that does not exist and that reads and writes slices.
template <class... Others>
FusedNode slicing(Extent extent, int first, Others... others) {
    FusedNode node = made_up(extent, first, others...);
    for (bool& reads : node.facts.reads_slice) reads = true;
    node.facts.writes_slice = true;
    return node;
}
/// A norm over the batch that reads slices.
FusedNode norm(Extent extent, int first) {
    FusedNode node = slicing(extent, first);
    node.facts.over_batch = true;
    return node;
}
/// A concatenation of two values.
FusedNode concat(Extent first_extent, int first, Extent second_extent, int second) {
    const ops::Concat op = ops::Concat::of(std::array{first_extent, second_extent});
    FusedNode node = slicing(op.output, first, second);
    node.op = op;
    node.facts.joins_channels = true;
    return node;
}
/// Which inputs of node `i` are slices.
std::vector<bool> slices(const FusedGraph& graph, int i) {
    const FusedNode& node = graph.nodes[std::size_t(i)];
    const auto& all = node.facts.input_is_slice;
    return std::vector<bool>(all, all + node.facts.inputs);
}
using Slices = std::vector<bool>;

constexpr Extent narrow{3, 4, 4};
constexpr Extent wide{6, 4, 4};

}  // namespace

TEST_CASE("slices: what two convolutions write side by side, and their gradients, are two slices of one array") {
    const GrowingPlan plan = plan_of<Conv2d<4, 1>, Concat<Conv2d<3, 1>, Conv2d<5, 3, 1, 1>>, Linear<2>>();
    const Place first = output(plan, 1);
    const Place second = output(plan, 2);
    const Place both = output(plan, 3);
    CHECK((first.channel == 0 && second.channel == 3 && both.channel == 0));
    CHECK((first.pitch == 8 && second.pitch == 8 && both.pitch == 0));
    CHECK((first.offset == both.offset && second.offset == both.offset));
    CHECK((first.size == both.size && second.size == both.size));
    const Place gradient = step(plan, Action::backward, 3).places.output_gradient;
    const Place of_second = step(plan, Action::backward, 2).places.output_gradient;
    CHECK((of_second.offset == gradient.offset && of_second.channel == 3 && of_second.pitch == 8));
    const auto shape = [&](std::size_t i) { return std::get<ops::Convolution>(plan.nodes[i].op).shape; };
    CHECK((shape(1).output_pitch == 8 && shape(2).output_pitch == 8 && shape(1).input_pitch == 0));
    CHECK(std::get<ops::Concat>(plan.nodes[3].op).slices == 3);
}

TEST_CASE("slices: a concatenation of a concatenation is a slice of a slice") {
    const GrowingPlan plan = plan_of<Conv2d<2, 1>, Concat<Identity, Conv2d<3, 3, 1, 1>>, Concat<Identity, Conv2d<4, 1>>,
                                     Concat<Conv2d<1, 1>, Identity>, Linear<2>>();
    const Extent widest = plan.nodes[6].facts.output;
    REQUIRE(widest == Extent{10, 12, 12});
    // Two convolutions, their concatenation, a convolution, a concatenation, a convolution.
    constexpr std::array channels{1, 3, 1, 6, 1, 0};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        CAPTURE(i);
        const ValueSlice& slice = plan.nodes[i].slice;
        CHECK((slice.whole == 7 && slice.channel == channels[i] && slice.pitch == 10));
    }
}

TEST_CASE("slices: the network's input, its output and what an op cannot write or read are copied") {
    const auto slices_of = [](bool writes, bool reads, int output) {
        List<FusedNode> nodes;
        nodes.push_back(slicing(narrow, 0));
        nodes.push_back(slicing(narrow, 1));
        nodes.push_back(concat(narrow, 1, narrow, 0));
        nodes[0].facts.writes_slice = writes;
        nodes[1].facts.reads_slice[0] = reads;
        FusedGraph graph = graph_of(narrow, nodes);
        graph.output = output;
        return slices(detail::sliced(graph, evaluation_mode), 2);
    };
    CHECK(slices_of(true, true, 3) == Slices{true, false});
    CHECK(slices_of(false, true, 3) == Slices{false, false});
    CHECK(slices_of(true, false, 3) == Slices{false, false});
    CHECK(slices_of(true, true, 1) == Slices{false, false});
}

TEST_CASE("slices: the concatenation must be the first to contribute to the gradient; forward that does not matter") {
    List<FusedNode> nodes;
    nodes.push_back(slicing(narrow, 0));
    nodes.push_back(concat(narrow, 1, narrow, 0));
    nodes.push_back(slicing(narrow, 1));  // is later, so its gradient is earlier
    nodes.push_back(concat(wide, 2, narrow, 3));
    const FusedGraph graph = graph_of(narrow, nodes);
    CHECK(slices(detail::sliced(graph, training_mode), 1) == Slices{false, false});
    CHECK(slices(detail::sliced(graph, evaluation_mode), 1) == Slices{true, false});
    CHECK(slices(detail::sliced(graph, training_mode), 3) == Slices{true, true});
}

TEST_CASE("slices: a norm over the batch contributes at last, in the pass after that of the concatenation") {
    // A layer of a DenseNet: the norm reads what is concatenated with what is made of it.
    List<FusedNode> nodes;
    nodes.push_back(slicing(narrow, 0));
    nodes.push_back(norm(narrow, 1));
    nodes.push_back(slicing(narrow, 2));
    nodes.push_back(concat(narrow, 1, narrow, 3));
    CHECK(slices(detail::sliced(graph_of(narrow, nodes), training_mode), 3) == Slices{true, true});
    // So does one that comes later in the list.
    List<FusedNode> other;
    other.push_back(slicing(narrow, 0));
    other.push_back(norm(narrow, 0));
    other.push_back(concat(narrow, 1, narrow, 2));
    other.push_back(norm(narrow, 1));
    other.push_back(concat(wide, 3, narrow, 4));
    CHECK(slices(detail::sliced(graph_of(narrow, other), training_mode), 2) == Slices{true, true});
}

TEST_CASE("slices: of two concatenations the last has the value as a slice, and so once if one reads it twice") {
    List<FusedNode> nodes;
    nodes.push_back(slicing(narrow, 0));
    nodes.push_back(concat(narrow, 1, narrow, 1));
    nodes.push_back(concat(wide, 2, narrow, 1));
    const FusedGraph graph = detail::sliced(graph_of(narrow, nodes), training_mode);
    CHECK(slices(graph, 1) == Slices{false, false});
    CHECK(slices(graph, 2) == Slices{true, true});
    CHECK(graph.nodes[0].slice.channel == 6);
    List<FusedNode> twice;
    twice.push_back(slicing(narrow, 0));
    twice.push_back(concat(narrow, 1, narrow, 1));
    CHECK(slices(detail::sliced(graph_of(narrow, twice), training_mode), 1) == Slices{true, false});
}

}  // namespace slices_test
