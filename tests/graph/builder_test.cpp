#include "norma/graph/builder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "norma/kernels/activations_hard.hpp"

namespace builder_test {

using namespace norma;

namespace {

constexpr FixedString mine() { return "Mine"; }

constexpr ops::Activation relu(Extent extent) { return {extent, kernels::activation_of<activation::ReLU>}; }

ops::Norm batch_norm(Extent extent) {
    kernels::Pointwise norm{.extent = extent, .normalises = true, .over_batch = true, .groups = extent.channels};
    norm.affine = kernels::Affine::per_channel;
    return {norm};
}
ops::Convolution convolution(Extent in, Extent out, Size kernel = 1, Size stride = 1) {
    return {{.input = in, .output = out, .kernel = kernel, .stride = stride}};
}

constexpr int values_of_a_constant_graph() {
    GraphBuilder builder({2, 3, 3});
    builder.append(relu(builder.shape()));
    builder.append(ops::Add{builder.shape()}, 0);
    return builder.graph().output;
}
static_assert(values_of_a_constant_graph() == 2);

}  // namespace

TEST_CASE("builder: each node makes a value, and the next node reads the last one") {
    GraphBuilder builder({3, 8, 9});
    CHECK(builder.value() == 0);
    CHECK(builder.shape() == Extent{3, 8, 9});
    builder.enter(1, mine);
    builder.append(convolution({3, 8, 9}, {8, 6, 7}, 3));
    builder.append(batch_norm({8, 6, 7}));
    builder.enter(2, mine);
    builder.append(ops::MaxPool{{{8, 6, 7}, {8, 3, 3}, 2, 2}});
    CHECK(builder.value() == 3);
    CHECK(builder.shape() == Extent{8, 3, 3});
    const Graph graph = builder.graph();
    CHECK(graph.input == Extent{3, 8, 9});
    CHECK(graph.output == 3);
    REQUIRE(graph.nodes.size() == 3);
    for (int i = 0; i < 3; ++i) {
        const Node& node = graph.nodes[std::size_t(i)];
        REQUIRE(node.reads().size() == 1);
        CHECK(node.reads()[0] == i);
        CHECK(node.layer == (i < 2 ? 1 : 2));
        CHECK(node.ordinal == i % 2);
        CHECK(node.random_name() == (i == 0 ? 256u : i == 1 ? 257u : 512u));
    }
    CHECK(graph.extent(1) == Extent{8, 6, 7});
    CHECK(graph.nodes[0].facts.weight_count == 216);
    CHECK(graph.nodes[0].facts.bias_count == 0);
    CHECK(graph.nodes[1].facts.weight_count == 8);
    CHECK(graph.nodes[1].facts.bias_count == 8);
    CHECK(graph.nodes[2].facts.weight_count == 0);
}

TEST_CASE("builder: weights, biases and statistics lie one after another, each from a multiple of 16 on") {
    GraphBuilder builder({3, 4, 4});
    ops::Convolution first = convolution({3, 4, 4}, {5, 4, 4});
    first.bias = true;
    builder.append(first);
    builder.append(batch_norm({5, 4, 4}));
    builder.append(relu({5, 4, 4}));
    builder.append(batch_norm({5, 4, 4}));
    builder.append(ops::Linear{{5, 4, 4}, 2, true});
    const Graph graph = builder.graph();
    const std::array<long long, 5> weights{0, 32, 64, 64, 96};
    const std::array<long long, 5> biases{16, 48, 64, 80, 256};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(graph.nodes[i].weight_offset == weights[i]);
        CHECK(graph.nodes[i].bias_offset == biases[i]);
    }
    CHECK(graph.parameters_size == 272);
    CHECK(graph.parameter_count == 15 + 5 + 5 + 5 + 5 + 5 + 160 + 2);
    CHECK(graph.nodes[1].statistics_offset == 0);
    CHECK(graph.nodes[3].statistics_offset == 16);
    CHECK(graph.statistics_size == 32);
}

TEST_CASE("builder: what is appended under one name has one set of parameters, and statistics of its own") {
    GraphBuilder builder({3, 4, 4});
    ops::Convolution first = convolution({3, 4, 4}, {3, 4, 4});
    first.bias = true;
    const auto append = [&] {
        builder.append(first);
        builder.append(batch_norm({3, 4, 4}));
    };
    builder.append(batch_norm({3, 4, 4}));
    builder.append_shared("a", "type", "A", "part", append);
    CHECK_FALSE(builder.graph().nodes[1].is_shared);
    builder.append(convolution({3, 4, 4}, {3, 4, 4}));
    builder.append_shared("a", "type", "A", "part", append);
    const Graph graph = builder.graph();
    const std::array<long long, 6> weights{0, 32, 64, 96, 32, 64};
    const std::array<long long, 6> biases{16, 48, 80, 112, 48, 80};
    const std::array<int, 6> sources{-1, -1, -1, -1, 1, 2};
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(graph.nodes[i].weight_offset == weights[i]);
        CHECK(graph.nodes[i].bias_offset == biases[i]);
        CHECK(graph.nodes[i].source == sources[i]);
        CHECK(graph.nodes[i].is_shared == (i != 0 && i != 3));
    }
    CHECK(graph.parameters_size == 112);
    CHECK(graph.parameter_count == 6 + 12 + 6 + 9);
    CHECK(graph.nodes[2].running_offset == 16);
    CHECK(graph.nodes[5].running_offset == 16);
    CHECK(graph.nodes[5].statistics_offset == 32);
    CHECK(graph.running_size == 32);
    CHECK(graph.statistics_size == 48);
    const std::span<const Node> nodes(graph.nodes.begin(), graph.nodes.size());
    CHECK(use_of(nodes, 0).count == 1);
    CHECK(use_of(nodes, 2).count == 2);
    CHECK(use_of(nodes, 2).number == 0);
    CHECK(use_of(nodes, 5).count == 2);
    CHECK(use_of(nodes, 5).number == 1);
    builder.append_shared("a", "another", "B", "part", append);
    CHECK(builder.problem().view() ==
          "norma: layer 0,  (its part), gets 3x4x4 but needs a name of its own, because a is A");
}

TEST_CASE("builder: another branch begins at an earlier value") {
    GraphBuilder builder({2, 3, 3});
    builder.append(relu({2, 3, 3}));
    builder.go_to(0);
    CHECK(builder.value() == 0);
    builder.append(convolution({2, 3, 3}, {4, 3, 3}));
    builder.append(convolution({4, 3, 3}, {2, 3, 3}));
    CHECK(builder.graph().nodes[1].inputs[0] == 0);
    builder.append(ops::Add{{2, 3, 3}}, 1);
    const Node add = builder.graph().nodes[3];
    REQUIRE(add.reads().size() == 2);
    CHECK(add.reads()[0] == 3);
    CHECK(add.reads()[1] == 1);
    builder.go_to(2);
    CHECK(builder.graph().output == 2);
    CHECK(builder.shape() == Extent{4, 3, 3});
    CHECK_FALSE(builder.refused());
}

TEST_CASE("builder: wrong sizes and values of a layer are refused, and nothing is appended") {
    const auto refused = [](const auto& append) {
        GraphBuilder builder({3, 8, 8});
        builder.enter(2, mine);
        builder.append(convolution({3, 8, 8}, {24, 6, 6}, 3));
        append(builder);
        CHECK(builder.refused());
        CHECK(builder.graph().nodes.size() == 1);
        return std::string(builder.problem().view());
    };
    const std::string gets = "norma: layer 2, Mine, gets 24x6x6 but needs ";
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::Add{{24, 6, 6}}, 0);
          }) == gets + "a skip of that shape, not 3x8x8");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::Add{{24, 6, 6}}, 2);
          }) == gets + "the number of an earlier value, not 2");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::Add{{24, 6, 6}}, -1);
          }) == gets + "the number of an earlier value, not -1");
    CHECK(refused([](GraphBuilder& b) { b.go_to(7); }) == gets + "the number of an earlier value, not 7");
    CHECK(refused([](GraphBuilder& b) { b.append(ops::Add{{24, 6, 6}}); }) == gets + "an op that reads 1 value, not 2");
    CHECK(refused([](GraphBuilder& b) { b.append(relu({24, 6, 6}), 1); }) == gets + "an op that reads 2 values, not 1");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::Add{{24, 6, 6}}, std::array{1, 1, 1, 1});
          }) == gets + "an op that reads 5 values, not 2");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({3, 8, 8}, {4, 6, 6}, 3));
          }) == gets + "an op that reads that shape, not 3x8x8");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({24, 6, 6}, {4, 6, 6}, 3));
          }) == gets + "a convolution whose kernel, stride and padding give 4x6x6");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({24, 6, 6}, {4, 4, 0}, 3));
          }) == gets + "a convolution whose kernel, stride and padding give 4x4x0");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({24, 6, 6}, {4, 4, 4}, 3, {0, 1}));
          }) == gets + "a convolution whose kernel, stride and padding give 4x4x4");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({24, 6, 6}, {1 << 25, 6, 6}));
          }) == gets + "an output of at most 1073741824 numbers, not 33554432x6x6");
    CHECK(refused([](GraphBuilder& b) {
              b.append(convolution({24, 6, 6}, {1 << 22, 1, 1}, 6));
          }) == gets + "at most 1073741824 weights, not 4194304x24x6x6");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::Linear{{23, 6, 6}, 4, true});
          }) == gets + "an op that reads that shape, not 23x6x6");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::MaxPool{{{24, 6, 6}, {24, 4, 3}, 2, 2}});
          }) == gets + "a pool whose windows give 24x4x3");
    CHECK(refused([](GraphBuilder& b) {
              b.append(ops::AveragePool{{{24, 6, 6}, {12, 3, 3}, 2, 2}});
          }) == gets + "a pool whose windows give 12x3x3");
    CHECK(refused([](GraphBuilder& b) {
              b.append(relu({24, 6, 7}));
          }) == gets + "an op that reads that shape, not 24x6x7");
}

TEST_CASE("builder: the first refusal counts; it names the layer, its part, and the shape that the layer gets") {
    GraphBuilder builder({3, 8, 8});
    builder.enter(3, mine);
    builder.refuse("Part", "more");
    CHECK(builder.problem().view() == "norma: layer 3, Mine (its Part), gets 3x8x8 but needs more");
    builder.refuse("Mine", "less");
    builder.append(relu({3, 8, 8}));
    CHECK(builder.problem().view() == "norma: layer 3, Mine (its Part), gets 3x8x8 but needs more");
    CHECK(builder.graph().nodes.size() == 0);

    GraphBuilder other({3, 8, 8});
    other.enter(1, mine);
    other.refuse("Mine", {4, 2, 2}, "more");
    CHECK(other.problem().view() == "norma: layer 1, Mine, gets 4x2x2 but needs more");
}

}  // namespace builder_test
