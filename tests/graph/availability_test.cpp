#include "norma/graph/availability.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <variant>

#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace availability_test {

using namespace norma;
using namespace graph_support;

namespace {
/// How many steps recompute a convolution?
int recomputed_convolutions(const GrowingPlan& plan) {
    return static_cast<int>(std::ranges::count_if(plan.steps, [&](const Step& s) {
        return s.action == Action::recompute &&
               std::holds_alternative<ops::Convolution>(plan.nodes[std::size_t(s.node)].op);
    }));
}
}  // namespace

TEST_CASE("availability: only what convolutions compute is stored, and what no other pass can recompute") {
    // The image is loaded again, and normalised values are computed again.
    const GrowingPlan plan = plan_of<Block<8, 3, BatchNorm>, Block<8, 3, BatchNorm>, Linear<10>>();
    REQUIRE(std::holds_alternative<ops::Convolution>(plan.nodes[0].op));
    CHECK(output(plan, 0).stored);
    CHECK(count(plan, Action::recompute, 0) == 0);
    CHECK_FALSE(output(plan, 1).stored);
    CHECK(count(plan, Action::recompute, 1) == 1);
    CHECK(count(plan, Action::load, -1) == 2);
    CHECK_FALSE(step(plan, Action::load, -1).places.output.stored);
}

TEST_CASE(
    "availability: a convolution's output that another one of its segment reads is stored for the backward pass") {
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, Conv2d<4, 3>, BatchNorm, Linear<2>>();
    CHECK(output(plan, 0).stored);
    CHECK(output(plan, 1).stored);
    CHECK_FALSE(output(plan, 2).stored);
    // In recalibration nobody comes back for it.
    const GrowingPlan forward = plan_of<Conv2d<4, 3>, Conv2d<4, 3>, BatchNorm, Linear<2>>(update_bn_mode);
    CHECK_FALSE(output(forward, 0).stored);
    CHECK(output(forward, 1).stored);
}

TEST_CASE("availability: what is cheap is recomputed by the backward pass of its segment") {
    const GrowingPlan plan = plan_of<AvgPool2d<2>, Conv2d<4, 3>, BatchNorm, Linear<2>>();
    CHECK_FALSE(output(plan, 0).stored);
    CHECK(count(plan, Action::recompute, 0) == 1);
    // Not for a later segment: there a skip from the pool is stored.
    const GrowingPlan skipped = plan_of<AvgPool2d<2>, Residual<Conv2d<3, 3, 1, 1>, BatchNorm>, Linear<2>>();
    CHECK(output(skipped, 0).stored);
    CHECK(count(skipped, Action::recompute, 0) == 0);
}

TEST_CASE("availability: the network's input is stored if a later pass than the last one reads it") {
    const GrowingPlan plan = plan_of<Residual<Conv2d<3, 3, 1, 1>, BatchNorm>, BatchNorm>();
    CHECK(step(plan, Action::load, -1).places.output.stored);
    CHECK(count(plan, Action::load, -1) == 1);
}

TEST_CASE("availability: the output of a convolution that reads a recomputed skip is stored, however cheap it is") {
    const GrowingPlan plan = plan_of<Block<8, 3, BatchNorm>, Residual<Block<8, 1, BatchNorm>>, Linear<2>>();
    REQUIRE(std::holds_alternative<ops::Convolution>(plan.nodes[2].op));
    CHECK(output(plan, 2).stored);
    CHECK(recomputed_convolutions(plan) == 0);
    CHECK(count(plan, Action::recompute, 1) == 2);  // the skip, and what the convolution's gradient reads
}

}  // namespace availability_test
