#include "norma/graph/gradients.hpp"

#include <doctest/doctest.h>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "plan_of.hpp"

namespace gradients_test {

using namespace norma;
using namespace graph_support;
using kernels::Write;

namespace {
constexpr Extent extent{5, 2, 2};

/// Are the gradients of the output of node `node` and of its input `k` one array?
bool is_one_array(const GrowingPlan& plan, int node, int k) {
    const StepPlaces& places = step(plan, Action::backward, node).places;
    return places.output_gradient == places.input_gradients[k];
}
}  // namespace

TEST_CASE("gradients: the first consumer that runs backward writes, the others add") {
    // The convolution's input is the skip: the addition passes its gradient, to which the convolution adds.
    const GrowingPlan plan = plan_of<Conv2d<3, 1>, Residual<Conv2d<3, 1>>>();
    REQUIRE(plan.nodes.size() == 3);
    CHECK(contributions(plan, 2)[0].write == Write::assign);
    CHECK(contributions(plan, 2)[1].write == Write::assign);
    CHECK(contributions(plan, 1)[0].write == Write::add);
    // Nobody wants the gradient of the network's input.
    CHECK_FALSE(contributions(plan, 0)[0].wanted);
    CHECK_FALSE(contributions(plan, 1)[1].wanted);
}

TEST_CASE("gradients: an input whose gradient is the output's shares its array") {
    const GrowingPlan plan = plan_of<Conv2d<3, 1>, Residual<Conv2d<3, 1>>>();
    CHECK(contributions(plan, 2)[1].is_output_gradient);
    CHECK_FALSE(contributions(plan, 2)[0].is_output_gradient);
    CHECK(is_one_array(plan, 2, 1));
}

TEST_CASE("gradients: two inputs do not share the array, for their other consumers add to each alone") {
    FusedNode sum = made_up(extent, 1, 2);
    sum.facts.passes_gradient[0] = sum.facts.passes_gradient[1] = true;
    const GrowingPlan plan =
        detail::make_plan(graph_of(extent, {made_up(extent, 0), made_up(extent, 0), sum}), training_mode);
    CHECK(contributions(plan, 2)[0].is_output_gradient);
    CHECK_FALSE(contributions(plan, 2)[1].is_output_gradient);
    CHECK(is_one_array(plan, 2, 0));
    CHECK_FALSE(is_one_array(plan, 2, 1));
}

TEST_CASE("gradients: an input that is read twice does not share the array that the node still reads") {
    const GrowingPlan plan = plan_of<Conv2d<3, 1>, Residual<ReLU>>();  // x + ReLU(x)
    REQUIRE(plan.nodes.size() == 2);
    CHECK_FALSE(contributions(plan, 1)[1].is_output_gradient);
    CHECK(contributions(plan, 1)[1].write == Write::assign);
    CHECK(contributions(plan, 1)[0].write == Write::add);
}

TEST_CASE("gradients: input 0 alone may get its gradient over that of the output") {
    FusedNode product = made_up(extent, 1, 2);
    product.facts.gradient_over_output = true;
    const List<FusedNode> inputs{made_up(extent, 0), made_up(extent, 0), product};
    const GrowingPlan plan = detail::make_plan(graph_of(extent, inputs), training_mode);
    CHECK(is_one_array(plan, 2, 0));
    CHECK_FALSE(contributions(plan, 2)[0].is_output_gradient);
    CHECK_FALSE(is_one_array(plan, 2, 1));
    FusedNode square = made_up(extent, 1, 1);
    square.facts.gradient_over_output = true;
    const GrowingPlan other = detail::make_plan(graph_of(extent, {made_up(extent, 0), square}), training_mode);
    CHECK_FALSE(is_one_array(other, 1, 0));
}

TEST_CASE("gradients: a norm over the batch shares its output's gradient if nobody changes it before its second half") {
    const List<FusedNode> alone{made_up(extent, 0), made_up_norm(extent, 1), made_up_norm(extent, 2, 1)};
    const GrowingPlan plan = detail::make_plan(graph_of(extent, alone), training_mode);
    CHECK(contributions(plan, 2)[1].is_output_gradient);
    // The first half gives the input of the norm nothing.
    CHECK_FALSE(contributions(plan, 2)[0].wanted);
    CHECK(plan.tasks[std::size_t(step(plan, Action::finish, 2).task)].to[0].wanted);
    // Here the skip is of the norm's own segment, so its gradient changes in the same pass.
    const List<FusedNode> same{made_up(extent, 0), made_up_norm(extent, 1), made_up_norm(extent, 1, 2)};
    const GrowingPlan copied = detail::make_plan(graph_of(extent, same), training_mode);
    REQUIRE(copied.segments == 2);
    CHECK_FALSE(contributions(copied, 2)[1].is_output_gradient);
}

TEST_CASE("gradients: what depends on no parameter has none, and does not run backward") {
    const GrowingPlan plan = plan_of<AvgPool2d<2>, BasicBatchNorm<BatchNormOptions{.affine = false}>,
                                     Residual<Conv2d<3, 1>>, BatchNorm, Linear<2>>();
    REQUIRE(plan.nodes.size() == 6);
    for (const int without : {0, 1}) {
        CHECK_FALSE(plan.nodes[std::size_t(without)].has_gradient);
        CHECK(count(plan, Action::backward, without) == 0);
        CHECK(count(plan, Action::finish, without) == 0);
    }
    CHECK_FALSE(contributions(plan, 2)[0].wanted);  // of the convolution, and of the skip
    CHECK_FALSE(contributions(plan, 3)[1].wanted);
    CHECK(contributions(plan, 3)[0].wanted);
    CHECK(count(plan, Action::prepare_backward, 2) == 0);
}

TEST_CASE("gradients: a mode without them has no array for one") {
    const GrowingPlan plan = plan_of<Conv2d<3, 1>, Residual<Conv2d<3, 1>>>(evaluation_mode);
    CHECK_FALSE(step(plan, Action::loss, -1).places.output_gradient.exists());
    CHECK(count(plan, Action::backward, 0) == 0);
}

}  // namespace gradients_test
