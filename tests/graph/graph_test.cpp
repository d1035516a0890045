#include "norma/graph/graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

namespace graph_test {

using namespace norma;

namespace {
Graph network() { return build<Block<4, 3, BatchNorm>, Linear<2>>({3, 6, 6}).graph(); }
constexpr auto constant = fixed<4>(build<Block<4, 3, BatchNorm>, Linear<2>>({3, 6, 6}).graph());
static_assert(constant.extent(constant.output) == Extent{2, 1, 1});
}  // namespace

TEST_CASE("graph: values have the shapes of the nodes that make them, value 0 that of the input") {
    const Graph graph = network();
    CHECK(graph.extent(0) == Extent{3, 6, 6});
    CHECK(graph.extent(1) == Extent{4, 4, 4});
    CHECK(graph.extent(4) == Extent{2, 1, 1});
}

TEST_CASE("graph: a constant has the same nodes and sizes") {
    const Graph graph = network();
    CHECK(constant.input == graph.input);
    CHECK(constant.output == graph.output);
    CHECK(constant.parameters_size == graph.parameters_size);
    CHECK(constant.statistics_size == graph.statistics_size);
    CHECK(constant.parameter_count == graph.parameter_count);
    CHECK(constant.folded_size == graph.folded_size);
    CHECK(std::ranges::equal(constant.nodes, graph.nodes, [](const Node& a, const Node& b) {
        return a.op == b.op && std::ranges::equal(a.reads(), b.reads()) && a.weight_offset == b.weight_offset;
    }));
}

TEST_CASE("graph: the norm in a node") {
    const Graph graph = network();
    CHECK(norm_in(graph.nodes[0]) == nullptr);
    REQUIRE(norm_in(graph.nodes[1]) != nullptr);
    CHECK(norm_in(graph.nodes[1])->over_batch);
    CHECK(norm_in(graph.nodes[2]) == nullptr);
    Node pointwise;
    pointwise.op = ops::Pointwise{{.extent = {4, 4, 4}, .activation = kernels::activation_of<activation::ReLU>}};
    CHECK(norm_in(pointwise) == nullptr);
    pointwise.op = ops::Pointwise{
        {.extent = {4, 4, 4}, .normalises = true, .activation = kernels::activation_of<activation::ReLU>}};
    CHECK(norm_in(pointwise) != nullptr);
}

TEST_CASE("graph: a node's random numbers are named by its layer and its place in it") {
    Node node;
    node.layer = 3;
    node.ordinal = 2;
    CHECK(node.random_name() == 3 * 256 + 2);
    node.ordinal = 258;
    CHECK(node.random_name() == 3 * 256 + 2);
}

}  // namespace graph_test
