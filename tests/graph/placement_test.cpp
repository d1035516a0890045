#include "norma/graph/placement.hpp"

#include <doctest/doctest.h>

#include <ratio>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "plan_of.hpp"

namespace placement_test {

using namespace norma;
using namespace graph_support;

// planner_test.cpp holds that no array lies on another that is still needed.

TEST_CASE("placement: a node writes over the convolution's output that it reads, but not where that is needed again") {
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, Dropout<std::ratio<1, 2>>, Conv2d<4, 3>, GroupNorm<2>, ReLU>();
    REQUIRE(plan.nodes.size() == 4);
    CHECK(output(plan, 1) == output(plan, 0));
    CHECK(output(plan, 3) != output(plan, 2));
    // A residual reads the convolution's output too.
    const GrowingPlan skipped = plan_of<Conv2d<4, 3>, Residual<Dropout<std::ratio<1, 2>>>, Linear<2>>();
    CHECK(output(skipped, 1) != output(skipped, 0));
}

TEST_CASE("placement: a step has places for what it uses and for nothing else") {
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, GroupNorm<2>, Dropout<std::ratio<1, 2>>, Linear<2>>();
    const StepPlaces& norm = step(plan, Action::backward, 1).places;
    CHECK(norm.inputs[0].exists());
    CHECK_FALSE(norm.inputs[1].exists());
    CHECK_FALSE(norm.output.exists());
    CHECK(norm.mask.exists());
    CHECK(norm.moments.exists());
    CHECK(norm.output_gradient == norm.input_gradients[0]);
    const StepPlaces& convolution = step(plan, Action::backward, 0).places;
    CHECK(convolution.inputs[0].exists());
    CHECK_FALSE(convolution.mask.exists());
    CHECK_FALSE(convolution.moments.exists());
    CHECK_FALSE(convolution.input_gradients[0].exists());
}

TEST_CASE("placement: masks, moments and gradients that outlive a pass are stored, others not") {
    // The group norm's backward pass is another one than its forward pass; the second one's is the same.
    const GrowingPlan plan = plan_of<Conv2d<4, 3>, GroupNorm<2>, Dropout<std::ratio<1, 2>>, Conv2d<4, 3>, BatchNorm,
                                     Conv2d<4, 3>, GroupNorm<2>, Dropout<std::ratio<1, 2>>, Linear<2>>();
    REQUIRE(plan.segments == 2);
    CHECK(step(plan, Action::forward, 1).places.mask.stored);
    CHECK(step(plan, Action::forward, 1).places.moments.stored);
    CHECK(step(plan, Action::backward, 3).places.output_gradient.stored);
    CHECK_FALSE(step(plan, Action::forward, 5).places.mask.stored);
    CHECK_FALSE(step(plan, Action::forward, 5).places.moments.stored);
    CHECK_FALSE(step(plan, Action::backward, 5).places.output_gradient.stored);
    CHECK_FALSE(step(plan, Action::backward, 0).places.output_gradient.stored);
    CHECK(step(plan, Action::forward, 1).places.mask == step(plan, Action::backward, 1).places.mask);
}

TEST_CASE("placement: sizes of the arena and the store of a network") {
    // The image has 3 · 144 numbers, the convolution's output 8 · 100. The logits are where the image was.
    const GrowingPlan forward = plan_of<Conv2d<8, 3>, Linear<2>>(evaluation_mode);
    CHECK(forward.arena_size == 4 * (432 + 800));
    CHECK(forward.store_size == 0);
    // In training there are gradients of the logits and of the convolution's output. The logits' place is too small for
    // the latter.
    CHECK(plan_of<Conv2d<8, 3>, Linear<2>>().arena_size == 4 * (432 + 800 + 16 + 16 + 800));
    // Stored are the convolution's output and its norm's gradient; the mean and the moments are the batch's.
    CHECK(plan_of<Conv2d<8, 3>, BatchNorm, Linear<2>>().store_size == 4 * (800 + 800));
}

}  // namespace placement_test
