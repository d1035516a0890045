#include "norma/graph/stored_reads.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace stored_reads_test {

using namespace norma;
using namespace graph_support;
using kernels::ArrayRange;

namespace {

using Reads = std::vector<ArrayRange>;
Reads reads(const GrowingPlan& plan, std::size_t pass) {
    return {plan.reads.begin() + plan.passes[pass].reads_first, plan.reads.begin() + plan.passes[pass].reads_last};
}
/// The output of node `node`, which is stored.
ArrayRange value(const GrowingPlan& plan, int node) {
    const Place place = output(plan, node);
    REQUIRE(place.stored);
    return {place.offset, 4 * plan.nodes[std::size_t(node)].facts.output.size()};
}
/// The gradient of the output of the norm `node`, which is stored.
ArrayRange gradient(const GrowingPlan& plan, int node) {
    const Place place = step(plan, Action::finish, node).places.output_gradient;
    REQUIRE(place.stored);
    return {place.offset, 4 * plan.nodes[std::size_t(node)].facts.output.size()};
}
/// The nodes whose steps prefetch in a pass, each once.
std::vector<int> prefetching(const GrowingPlan& plan, std::size_t pass) {
    std::vector<int> nodes;
    for (int s = plan.passes[pass].first; s < plan.passes[pass].last; ++s) {
        const Step& at = plan.steps[std::size_t(s)];
        if (at.prefetches && !std::ranges::count(nodes, at.node)) nodes.push_back(at.node);
    }
    return nodes;
}

}  // namespace

TEST_CASE("stored reads: each pass reads its norm's input, backward also that of the norm behind it and its gradient") {
    // Two barriers, so segments 0: convolution; 1: norm, convolution; 2: norm with skip, linear.
    const GrowingPlan plan = plan_of<Block<4, 3, BatchNorm>, Residual<Block<4, 3, BatchNorm, 1, 1>>, Linear<2>>();
    REQUIRE(plan.passes.size() == 5);
    CHECK(reads(plan, 0).empty());
    CHECK(reads(plan, 1) == Reads{value(plan, 0)});
    // The skip is recomputed from what the first norm read.
    CHECK(reads(plan, 2) == Reads{value(plan, 0), value(plan, 2)});
    CHECK(reads(plan, 3) == Reads{value(plan, 0), value(plan, 2), gradient(plan, 3)});
    CHECK(reads(plan, 4) == Reads{value(plan, 0), gradient(plan, 1)});
}

TEST_CASE(
    "stored reads: what a convolution computes for another of its own segment is read in the backward pass alone") {
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, Conv2d<4, 3>, BatchNorm, Linear<2>>();
    REQUIRE(plan.passes.size() == 3);
    CHECK(reads(plan, 0).empty());
    CHECK(reads(plan, 1) == Reads{value(plan, 1)});
    CHECK(reads(plan, 2) == Reads{value(plan, 1), gradient(plan, 2), value(plan, 0)});
}

TEST_CASE("stored reads: a max pool's output and marks are read in the backward pass, and its input is not") {
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, BatchNorm, MaxPool2d<2>, Conv2d<4, 3>, BatchNorm, Linear<2>>();
    REQUIRE(plan.passes.size() == 5);
    const Place marks = step(plan, Action::backward, 2).places.mask;
    REQUIRE(marks.stored);
    CHECK(reads(plan, 3) == Reads{value(plan, 3), gradient(plan, 4), value(plan, 2),
                                  ArrayRange{marks.offset, int(marks.size)}, value(plan, 0)});
}

TEST_CASE("stored reads: a pass that loads the sample does not fetch it; one that finds it in the store does") {
    // The norm reads the network's input, which is stored for that.
    const GrowingPlan plan = plan_of<BatchNorm, Linear<2>>();
    REQUIRE(plan.passes.size() == 3);
    REQUIRE(plan.steps[0].action == Action::load);
    REQUIRE(plan.steps[0].places.output.stored);
    const ArrayRange image{plan.steps[0].places.output.offset, 4 * plan_input.size()};
    CHECK(reads(plan, 0).empty());
    CHECK(reads(plan, 1) == Reads{image});
}

TEST_CASE("stored reads: none where no norm is over the batch, nor where running statistics are used") {
    CHECK(plan_of<Block<4, 3, GroupNorm<2>>, Linear<2>>().reads.empty());
    CHECK(plan_of<Block<4, 3, BatchNorm>, Linear<2>>(evaluation_mode).reads.empty());
}

TEST_CASE("stored reads: the busiest convolution of a pass prefetches") {
    const GrowingPlan wide = plan_of<Conv2d<4, 1>, Conv2d<8, 3>, Conv2d<4, 1>, BatchNorm, ReLU, Linear<2>>();
    CHECK(prefetching(wide, 0) == std::vector{1});
    CHECK(prefetching(wide, 1) == std::vector{4});  // a linear layer is one too
    CHECK(prefetching(wide, 2) == std::vector{1});
    CHECK(prefetching(plan_of<BatchNorm, ReLU>(), 1).empty());
}

}  // namespace stored_reads_test
