#include "norma/graph/planner.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ratio>
#include <string>
#include <variant>

#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "random_graph.hpp"
#include "random_layers.hpp"
#include "rehearsal.hpp"

namespace planner_test {

// A plan is plain data, made by the same functions at run time as by the compiler. So thousands of random graphs are
// planned here, and each plan is rehearsed.

using namespace norma;
using graph_test::in_mode;
using graph_test::RandomGraph;
using graph_test::Rehearsal;

namespace {

constexpr std::array modes{training_mode,           recalibration_mode,     evaluation_mode, Mode{true, false, false},
                           Mode{true, false, true}, Mode{true, true, false}};

/// What is wrong with a plan; empty if nothing is.
std::string faults(const GrowingPlan& plan, Extent input, Mode mode) {
    try {
        Rehearsal rehearsal(plan, input, mode);
        rehearsal.run();
        if (plan.segments != rehearsal.segments()) return "wrong number of segments";
    } catch (const graph_test::Failure& failure) {
        return failure.what();
    }
    if (plan.segments == 1 && plan.store_size != 0) return "one segment, and yet something is stored";
    if (plan.output != static_cast<int>(plan.nodes.size())) return "its output is not the last value";
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

constexpr Extent input{3, 12, 12};
template <class... Layers>
constexpr GrowingPlan plan_of(Mode mode) {
    return detail::make_plan(build<Layers...>(input).graph(), mode);
}

/// How many steps do this with node `node`?
int count(const GrowingPlan& plan, Action action, int node) {
    return static_cast<int>(
        std::ranges::count_if(plan.steps, [&](const Step& s) { return s.action == action && s.node == node; }));
}
/// Where the forward step of node `node` writes its output.
Place output(const GrowingPlan& plan, int node) {
    const auto is = [&](const Step& s) { return s.action == Action::forward && s.node == node; };
    return std::ranges::find_if(plan.steps, is)->places.output;
}
/// How many steps recompute a convolution?
int recomputed_convolutions(const GrowingPlan& plan) {
    return static_cast<int>(std::ranges::count_if(plan.steps, [&](const Step& s) {
        return s.action == Action::recompute &&
               std::holds_alternative<ops::Convolution>(plan.nodes[std::size_t(s.node)].op);
    }));
}

template <class Norm>
constexpr GrowingPlan small_plan(Mode mode) {
    return plan_of<Block<8, 3, Norm>, Residual<Block<8, 1, Norm>>, Dropout<std::ratio<1, 5>>, MaxPool2d<2>, Linear<10>>(
        mode);
}

// A compiler makes the same plans.
static_assert(small_plan<BatchNorm>(training_mode).segments == 3);
static_assert(small_plan<GroupNorm<2>>(training_mode).store_size == 0);

}  // namespace

TEST_CASE("planner: in thousands of random graphs everybody finds what they need") {
    int most_segments = 0;
    for (std::uint32_t seed = 0; seed < 6000; ++seed) {
        CAPTURE(seed);
        const FusedGraph graph = RandomGraph(seed).make();
        for (const Mode mode : modes) {
            const GrowingPlan plan = detail::make_plan(in_mode(graph, mode), mode);
            REQUIRE(faults(plan, graph.input, mode) == "");
            most_segments = std::max(most_segments, plan.segments);
        }
    }
    CHECK(most_segments > 8);
}

TEST_CASE("planner: in thousands of random networks too") {
    int with_segments = 0;
    for (std::uint32_t seed = 0; seed < 4000; ++seed) {
        CAPTURE(seed);
        const Graph graph = graph_test::RandomLayers(seed).make();
        for (const Mode mode : modes) {
            const GrowingPlan plan = detail::make_plan(graph, mode);
            REQUIRE(faults(plan, graph.input, mode) == "");
            REQUIRE((mode.batch_statistics || plan.segments == 1));
            with_segments += plan.segments > 1 ? 1 : 0;
        }
    }
    CHECK(with_segments > 4000);
}

TEST_CASE("planner: norms over the batch cut a network into segments in modes that use the batch's statistics") {
    CHECK(small_plan<BatchNorm>(training_mode).segments == 3);
    CHECK(small_plan<BatchNorm>(training_mode).passes.size() == 5);
    CHECK(small_plan<BatchNorm>(training_mode).store_size > 0);
    CHECK(small_plan<BatchNorm>(recalibration_mode).segments == 3);
    CHECK(small_plan<BatchNorm>(recalibration_mode).passes.size() == 3);
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

TEST_CASE("planner: norms at equal depth in parallel branches share a barrier") {
    using Branch = Sequential<Conv2d<4, 1>, BatchNorm>;
    const GrowingPlan plan = plan_of<ProjectedResidual<Branch, Branch>, ReLU>(training_mode);
    CHECK(plan.segments == 2);
    REQUIRE(plan.norms.size() == 2);
    CHECK(plan.norms[0].segment == 1);
    CHECK(plan.norms[1].segment == 1);
    CHECK(plan.norms[0].part_offset == 0);
    CHECK(plan.norms[1].part_offset == ops::ChunkPart<float>::size(4));
    CHECK(plan.part_size == 2 * ops::ChunkPart<float>::size(4));
    // One norm in one branch, two in the other: the longer one counts.
    using Long = Sequential<Conv2d<4, 1>, BatchNorm, Conv2d<4, 1>, BatchNorm>;
    CHECK(plan_of<ProjectedResidual<Branch, Long>>(training_mode).segments == 3);
    CHECK(plan_of<ProjectedResidual<Branch, Long>, BatchNorm>(training_mode).segments == 4);
}

TEST_CASE("planner: only what convolutions compute is stored, and what no other pass can recompute") {
    // Convolution, norm and ReLU, and so on; the image is loaded again, normalised values are computed again.
    const GrowingPlan plan = small_plan<BatchNorm>(training_mode);
    REQUIRE(std::holds_alternative<ops::Convolution>(plan.nodes[0].op));
    CHECK(output(plan, 0).stored);
    CHECK(count(plan, Action::recompute, 0) == 0);
    CHECK_FALSE(output(plan, 1).stored);
    CHECK(count(plan, Action::recompute, 1) > 0);
    CHECK(count(plan, Action::load, -1) == 2);
    CHECK_FALSE(plan.steps[0].places.output.stored);

    // Two convolutions of one segment: the second one's input is stored for its backward pass.
    const GrowingPlan two = plan_of<Conv2d<4, 3>, Conv2d<4, 3>, BatchNorm, Linear<2>>(training_mode);
    CHECK(output(two, 0).stored);
    CHECK(output(two, 1).stored);
    CHECK_FALSE(output(two, 2).stored);
}

TEST_CASE("planner: a convolution of few products that reads the skip is recomputed where its output is read") {
    const GrowingPlan plan = small_plan<BatchNorm>(training_mode);
    REQUIRE(std::holds_alternative<ops::Convolution>(plan.nodes[2].op));
    CHECK_FALSE(output(plan, 2).stored);
    CHECK(count(plan, Action::recompute, 2) == 2);  // in the pass of the norm behind it, and in that of its own segment
    // Wide: 17 products per number. Long: a kernel of 3×3. Alone: nothing adds its input.
    CHECK(recomputed_convolutions(plan_of<Block<17, 3, BatchNorm>, Residual<Block<17, 1, BatchNorm>>>(training_mode)) ==
          0);
    CHECK(recomputed_convolutions(
              plan_of<Block<8, 3, BatchNorm>, Residual<Block<8, 3, BatchNorm, 1, 1>>>(training_mode)) == 0);
    CHECK(recomputed_convolutions(plan_of<Block<8, 3, BatchNorm>, Block<8, 1, BatchNorm>>(training_mode)) == 0);
    CHECK(recomputed_convolutions(small_plan<BatchNorm>(evaluation_mode)) == 0);
    CHECK(recomputed_convolutions(small_plan<GroupNorm<2>>(training_mode)) == 0);
}

TEST_CASE("planner: a node writes over the convolution's output that it reads, but not where that is needed again") {
    const GrowingPlan plan =
        plan_of<Conv2d<4, 3>, Dropout<std::ratio<1, 2>>, Conv2d<4, 3>, GroupNorm<2>, ReLU>(training_mode);
    REQUIRE(plan.nodes.size() == 4);
    CHECK(output(plan, 1) == output(plan, 0));
    CHECK(output(plan, 3) != output(plan, 2));
    // A residual reads the convolution's output too.
    const GrowingPlan skipped = plan_of<Conv2d<4, 3>, Residual<Dropout<std::ratio<1, 2>>>, Linear<2>>(training_mode);
    CHECK(output(skipped, 1) != output(skipped, 0));
}

TEST_CASE("planner: a step that passes its output's gradient copies nothing, but two inputs do not share the array") {
    const auto to_of = [](const GrowingPlan& plan, int node) {
        const auto is = [&](const Step& s) { return s.action == Action::backward && s.node == node; };
        return plan.tasks[std::size_t(std::ranges::find_if(plan.steps, is)->task)].to;
    };
    // The convolution's input is the skip: the addition passes its gradient, to which the convolution adds.
    const GrowingPlan plan = plan_of<Conv2d<3, 1>, Residual<Conv2d<3, 1>>>(training_mode);
    REQUIRE(plan.nodes.size() == 3);
    CHECK(to_of(plan, 2)[1].is_output_gradient);
    CHECK(to_of(plan, 1)[0].write == kernels::Write::add);
    CHECK_FALSE(to_of(plan, 0)[0].wanted);
    // x + ReLU(x): one array cannot be read as the output's gradient while the input's is added up in it.
    const GrowingPlan same = plan_of<Conv2d<3, 1>, Residual<ReLU>>(training_mode);
    REQUIRE(same.nodes.size() == 2);
    CHECK_FALSE(to_of(same, 1)[1].is_output_gradient);
    CHECK(to_of(same, 1)[1].write == kernels::Write::assign);
    CHECK(to_of(same, 1)[0].write == kernels::Write::add);
}

TEST_CASE("planner: steps of equal ops share a task") {
    const GrowingPlan plan =
        plan_of<Block<4, 3, GroupNorm<2>, 1, 1>, Block<4, 3, GroupNorm<2>, 1, 1>, Block<4, 3, GroupNorm<2>, 1, 1>>(
            training_mode);
    const auto tasks = [&](Action action) { return std::ranges::count(plan.tasks, action, &Task::action); };
    CHECK(count(plan, Action::forward, 4) == 1);
    CHECK(tasks(Action::forward) == 3);  // the first convolution reads another shape
    CHECK(tasks(Action::backward) == 3);
    CHECK(tasks(Action::prepare) == 1);
}

}  // namespace planner_test
