#include "norma/graph/tasks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ratio>

#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace tasks_test {

using namespace norma;
using namespace graph_support;

namespace {
long long tasks(const GrowingPlan& plan, Action action) {
    return std::ranges::count(plan.tasks, action, &Task::action);
}
}  // namespace

TEST_CASE("tasks: steps of equal ops share a task") {
    using Same = Block<4, 3, GroupNorm<2>, 1, 1>;
    const GrowingPlan plan = plan_of<Same, Same, Same, Same>();
    REQUIRE(plan.nodes.size() == 8);
    CHECK(tasks(plan, Action::forward) == 3);  // the first convolution reads another shape
    CHECK(tasks(plan, Action::backward) == 3);
    CHECK(tasks(plan, Action::prepare_backward) == 1);
    for (const Action action : {Action::forward, Action::backward}) {
        CHECK(step(plan, action, 2).task == step(plan, action, 6).task);
        CHECK(step(plan, action, 1).task == step(plan, action, 7).task);
        CHECK(step(plan, action, 0).task != step(plan, action, 2).task);
        CHECK(step(plan, action, 2).task != step(plan, action, 3).task);
    }
    CHECK(step(plan, Action::load, -1).task == -1);
    CHECK(step(plan, Action::loss, -1).task == -1);
}

TEST_CASE("tasks: a step that contributes in another way has a task of its own") {
    // The second convolution adds to the gradient of its input, which the addition wrote.
    const GrowingPlan plan = plan_of<Conv2d<4, 3, 1, 1>, Conv2d<4, 3, 1, 1>, Residual<Conv2d<4, 3, 1, 1>>>();
    CHECK(step(plan, Action::forward, 1).task == step(plan, Action::forward, 2).task);
    CHECK(step(plan, Action::backward, 1).task != step(plan, Action::backward, 2).task);
}

TEST_CASE("tasks: to recompute a node that kept nothing is to run it forward again") {
    const GrowingPlan plan =
        plan_of<Block<8, 3, BatchNorm>, Dropout<std::ratio<1, 2>>, Block<8, 3, BatchNorm>, Conv2d<2, 1>>();
    REQUIRE(count(plan, Action::recompute, 1) == 1);
    CHECK(step(plan, Action::recompute, 1).task != step(plan, Action::forward, 1).task);
    const GrowingPlan whole = plan_of<Block<8, 3, BatchNorm>, Block<8, 3, BatchNorm>, Conv2d<2, 1>>();
    REQUIRE(count(whole, Action::recompute, 1) == 1);
    CHECK(step(whole, Action::recompute, 1).task == step(whole, Action::forward, 1).task);
}

}  // namespace tasks_test
