#include "norma/graph/order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace order_test {

using namespace norma;
using namespace graph_support;

namespace {

/// The steps of a pass in short: "forward 0, loss".
std::string steps(const GrowingPlan& plan, std::size_t pass) {
    constexpr const char* names[]{"load",     "forward", "recompute",       "statistics",      "loss",
                                  "backward", "finish",  "prepare_forward", "prepare_backward"};
    std::string text;
    const bool of_pass = pass < plan.passes.size();
    const int first = of_pass ? plan.passes[pass].first : plan.passes[plan.passes.size() - 1].last;
    const int last = of_pass ? plan.passes[pass].last : static_cast<int>(plan.steps.size());
    for (int s = first; s < last; ++s) {
        const Step& step = plan.steps[std::size_t(s)];
        text += (text.empty() ? "" : ", ") + std::string(names[std::size_t(step.action)]);
        if (step.node >= 0) text += " " + std::to_string(step.node);
    }
    return text;
}

}  // namespace

TEST_CASE("order: without norms over the batch one pass goes forward, through the loss and back") {
    const GrowingPlan plan = plan_of<Block<8, 3, GroupNorm<2>>, Linear<10>>();
    REQUIRE(plan.passes.size() == 1);
    CHECK(steps(plan, 0) == "load, forward 0, forward 1, forward 2, loss, backward 2, backward 1, backward 0");
    CHECK(steps(plan, 1) == "prepare_backward 2");  // the gradient of the network's input is not computed
    CHECK(steps(plan_of<Block<8, 3, GroupNorm<2>>, Linear<10>>(evaluation_mode), 0) ==
          "load, forward 0, forward 1, forward 2, loss");
}

TEST_CASE("order: a norm over the batch parts a pass forward and one back") {
    const GrowingPlan plan = plan_of<Block<8, 3, BatchNorm>, Linear<10>>();
    REQUIRE(plan.passes.size() == 3);
    CHECK(steps(plan, 0) == "load, forward 0, statistics 1");
    CHECK(steps(plan, 1) == "forward 1, forward 2, loss, backward 2, backward 1");
    CHECK(steps(plan, 2) == "load, finish 1, backward 0");
    CHECK(steps(plan, 3) == "prepare_backward 2");
    const GrowingPlan forward = plan_of<Block<8, 3, BatchNorm>, Linear<10>>(update_bn_mode);
    REQUIRE(forward.passes.size() == 2);
    CHECK(steps(forward, 0) == "load, forward 0, statistics 1");
    CHECK(steps(forward, 1) == "forward 1, forward 2, loss");
}

TEST_CASE("order: what a pass reads and has not is recomputed right before it is read") {
    const GrowingPlan plan = plan_of<Block<8, 3, BatchNorm>, Residual<Block<8, 3, BatchNorm, 1, 1>>, Linear<10>>();
    REQUIRE(plan.passes.size() == 5);
    CHECK(steps(plan, 1) == "forward 1, forward 2, statistics 3");
    CHECK(steps(plan, 2) == "recompute 1, forward 3, forward 4, loss, backward 4, backward 3");
    CHECK(steps(plan, 3) == "recompute 1, finish 3, backward 2, backward 1");
    CHECK(steps(plan, 4) == "load, finish 1, backward 0");
}

TEST_CASE("order: the input of a norm that comes first gets no gradient") {
    const GrowingPlan plan = plan_of<BatchNorm, Linear<10>>();
    REQUIRE(plan.passes.size() == 3);
    CHECK(steps(plan, 0) == "load, statistics 0");
    CHECK(steps(plan, 1) == "forward 0, forward 1, loss, backward 1, backward 0");
    CHECK(steps(plan, 2) == "");
}

TEST_CASE("order: norms of one segment have their sums side by side, and those of another segment in the same place") {
    using Branch = Sequential<Conv2d<4, 1>, BatchNorm>;
    const GrowingPlan plan = plan_of<ProjectedResidual<Branch, Branch>, Conv2d<20, 1>, BatchNorm>();
    REQUIRE(plan.norms.size() == 3);
    const long long size = ops::ChunkPart<float>::size(4);
    CHECK(plan.norms[0].segment == 1);
    CHECK(plan.norms[1].segment == 1);
    CHECK(plan.norms[2].segment == 2);
    CHECK(plan.norms[0].part_offset == 0);
    CHECK(plan.norms[1].part_offset == size);
    CHECK(plan.norms[2].part_offset == 0);
    CHECK(plan.part_size == std::max(2 * size, ops::ChunkPart<float>::size(20)));
    CHECK(step(plan, Action::statistics, plan.norms[1].node).places.part_offset == size);
}

}  // namespace order_test
