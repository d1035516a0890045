#include "norma/graph/blocks.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace blocks_test {

using namespace norma;
using namespace graph_support;

// planner_test.cpp holds that plans with blocks do what they should.

TEST_CASE("blocks: networks of few weights and large images are handled sample by sample") {
    const GrowingPlan plan = plan_of<Block<8, 3, GroupNorm<2>>, Linear<10>>();
    CHECK(plan.block == 1);
    CHECK(plan.reused_size == 0);
    CHECK(std::ranges::none_of(plan.steps, &Step::by_block));
}

TEST_CASE("blocks: a wide layer on small images takes as many samples as fill its tiles, at most 16") {
    CHECK(plan_of<Conv2d<128, 3, 1, 1>, AvgPool2d<2>, Conv2d<128, 3, 1, 1>>().block == 8);  // 9 tiles an image
    CHECK(plan_of<Conv2d<128, 3, 1, 1>, AvgPool2d<3>, Conv2d<128, 3, 1, 1>>().block == 16);
    CHECK(plan_of<Conv2d<128, 3, 1, 1>, AvgPool2d<3>, Conv2d<128, 3, 1, 1>>(evaluation_mode).block == 16);
}

TEST_CASE("blocks: weights that the caches hold are worth a block only if its activations stay there too") {
    CHECK(plan_of<MaxPool2d<4>, Linear<1000>>().block == 16);
    CHECK(plan_of<Conv2d<96, 3>, Linear<10>>().block == 1);
}

TEST_CASE("blocks: the wide layer runs once for all samples, the others for one after another") {
    const GrowingPlan plan =
        plan_of<Block<128, 3, GroupNorm<2>>, MaxPool2d<4>, Conv2d<128, 3, 1, 1>, ReLU, Linear<3>>();
    REQUIRE(plan.nodes.size() == 5);
    const auto wide = [&](Action action, int node) { return step(plan, action, node).by_block; };
    CHECK(wide(Action::forward, 3));
    CHECK(wide(Action::backward, 3));
    for (const int narrow : {0, 1, 2, 4}) {
        CHECK_FALSE(wide(Action::forward, narrow));
        CHECK_FALSE(wide(Action::backward, narrow));
    }
    CHECK_FALSE(step(plan, Action::load, -1).by_block);
    CHECK_FALSE(step(plan, Action::loss, -1).by_block);
}

TEST_CASE("blocks: samples reuse an array of one run, and have each their own of what goes from run to run") {
    const GrowingPlan plan =
        plan_of<Block<128, 3, GroupNorm<2>>, MaxPool2d<4>, Conv2d<128, 3, 1, 1>, ReLU, Linear<3>>(evaluation_mode);
    CHECK(output(plan, 0).reused);
    CHECK_FALSE(output(plan, 2).reused);  // the wide layer reads it
    CHECK(output(plan, 2).size == 4 * 128 * 2 * 2);
    CHECK_FALSE(output(plan, 3).reused);
}

}  // namespace blocks_test
