#include "norma/graph/planner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ratio>
#include <string>
#include <variant>
#include <vector>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"
#include "random_graph.hpp"
#include "random_layers.hpp"
#include "rehearsal.hpp"

namespace planner_test {

// A plan is plain data, made by the same functions at run time as by the compiler. So thousands of random graphs are
// planned here, and each plan is rehearsed.

using namespace norma;
using graph_support::in_mode;
using graph_support::plan_of;
using graph_support::RandomGraph;
using graph_support::Rehearsal;

namespace {

constexpr std::array modes{
    training_mode,           update_bn_mode,          evaluation_mode, Mode{true, false, false},
    Mode{true, false, true}, Mode{true, true, false}, tapped_mode,     Mode{true, true, true, true}};

/// Of floats, doubles, and floats with activations in bfloat16.
constexpr std::array number_sizes{NumberSizes{4, 4}, NumberSizes{8, 8}, NumberSizes{2, 4}};

/// What is wrong with the plan of a graph; empty if nothing is.
std::string faults(const FusedGraph& graph, const GrowingPlan& plan, Mode mode) {
    try {
        for (const int samples : plan.block > 1 ? std::vector<int>{1, 3} : std::vector<int>{1}) {
            Rehearsal rehearsal(plan, graph.input, graph.taps, graph.numbers, mode, samples);
            rehearsal.run();
            if (plan.segments != rehearsal.segments()) return "wrong number of segments";
        }
        if (plan.block == 1 && plan.reused_size != 0) return "there are no blocks, and yet something is reused";
    } catch (const graph_support::Failure& failure) {
        return failure.what();
    }
    if (plan.segments == 1 && plan.store_size != 0) return "one segment, and yet something is stored";
    if (plan.output != graph.output) return "it has another output";
    for (const FusedNode& node : plan.nodes) {
        const auto* convolution = std::get_if<ops::Convolution>(&node.op);
        if (convolution != nullptr && convolution->folds_norm && node.is_shared)
            return "a shared weight has a norm in it";
    }
    for (const NormOverBatch& a : plan.norms) {
        const auto end = [&](const NormOverBatch& norm) {
            const int channels = plan.nodes[std::size_t(norm.node)].facts.statistics_count;
            return norm.part_offset + ops::ChunkPart<float>::size(channels);
        };
        if (a.part_offset < 0 || end(a) > plan.part_size) return "a norm's sums leave the chunk's part";
        for (const NormOverBatch& b : plan.norms) {
            const bool apart = end(a) <= b.part_offset || end(b) <= a.part_offset;
            if (a.node != b.node && a.segment == b.segment && !apart) return "the sums of two norms overlap";
        }
    }
    return {};
}

template <class Norm>
GrowingPlan small_plan(Mode mode) {
    return plan_of<Block<8, 3, Norm>, Residual<Block<8, 1, Norm>>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Linear<10>>(
        mode);
}

}  // namespace

TEST_CASE("planner: in thousands of random graphs everybody finds what they need") {
    int most_segments = 0;
    int with_blocks = 0;
    int reused = 0;
    int slices = 0;
    int copies = 0;
    int nested = 0;
    for (std::uint32_t seed = 0; seed < 6000; ++seed) {
        CAPTURE(seed);
        FusedGraph graph = RandomGraph(seed).make();
        graph.numbers = number_sizes[seed % number_sizes.size()];
        for (const Mode mode : modes) {
            const FusedGraph changed = in_mode(graph, mode);
            const GrowingPlan plan = detail::make_plan(changed, mode);
            REQUIRE(faults(changed, plan, mode) == "");
            most_segments = std::max(most_segments, plan.segments);
            with_blocks += plan.block > 1 ? 1 : 0;
            reused += plan.reused_size > 0 ? 1 : 0;
            for (const FusedNode& node : plan.nodes) {
                for (std::size_t k = 0; node.facts.joins_channels && k < node.reads().size(); ++k) {
                    const bool is_slice = node.facts.input_is_slice[k];
                    ++(is_slice ? slices : copies);
                    nested += is_slice && node.slice.whole != 0 ? 1 : 0;
                }
            }
        }
    }
    CHECK(most_segments > 8);
    CHECK(with_blocks > 6000);
    CHECK(reused > 3000);
    CHECK(slices > 10000);
    CHECK(copies > 10000);
    CHECK(nested > 2000);
}

TEST_CASE("planner: in thousands of random networks too") {
    int with_segments = 0;
    int with_shared = 0;
    int with_taps = 0;
    for (std::uint32_t seed = 0; seed < 4000; ++seed) {
        CAPTURE(seed);
        const Graph graph = graph_support::RandomLayers(seed).make();
        for (const Mode mode : modes) {
            const FusedGraph fused = fuse(graph, mode);
            const GrowingPlan plan = detail::make_plan(fused, mode);
            REQUIRE(faults(fused, plan, mode) == "");
            REQUIRE((mode.batch_statistics || plan.segments == 1));
            with_segments += plan.segments > 1 ? 1 : 0;
            with_taps += plan.taps.size() > 0 && plan.segments > 1 ? 1 : 0;
            with_shared += std::ranges::any_of(plan.nodes, &FusedNode::is_shared) ? 1 : 0;
        }
    }
    CHECK(with_segments > 4000);
    CHECK(with_shared > 1000);
    CHECK(with_taps > 1000);
}

TEST_CASE("planner: norms over the batch cut a network into segments in modes that use the batch's statistics") {
    CHECK(small_plan<BatchNorm>(training_mode).segments == 3);
    CHECK(small_plan<BatchNorm>(training_mode).passes.size() == 5);
    CHECK(small_plan<BatchNorm>(training_mode).store_size > 0);
    CHECK(small_plan<BatchNorm>(update_bn_mode).segments == 3);
    CHECK(small_plan<BatchNorm>(update_bn_mode).passes.size() == 3);
    CHECK(small_plan<BatchNorm>(evaluation_mode).segments == 1);
    CHECK(small_plan<BatchNorm>(evaluation_mode).store_size == 0);
    for (const Mode mode : {training_mode, evaluation_mode}) {
        CHECK(small_plan<GroupNorm<2>>(mode).segments == 1);
        CHECK(small_plan<GroupNorm<2>>(mode).store_size == 0);
        CHECK(small_plan<GroupNorm<2>>(mode).part_size == 0);
    }
    CHECK(small_plan<GroupNorm<2>>(evaluation_mode).arena_size < small_plan<GroupNorm<2>>(training_mode).arena_size);
    CHECK(plan_of<>(training_mode).steps.empty());
    CHECK(plan_of<>(training_mode).arena_size == 0);
}

}  // namespace planner_test
