#include "norma/layers/gate.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/identity.hpp"
#include "norma/layers/pool.hpp"
#include "problem_of.hpp"

namespace gate_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<Gate<ReLU>>);
static_assert(Gate<GlobalAvgPool2d, Conv2d<4, 1>, Sigmoid>::name().view() ==
              "Gate<GlobalAvgPool2d, Conv2d<4, 1>, Sigmoid>");
static_assert(Network<Shape<4, 3, 2>, Gate<GlobalAvgPool2d>>::output_extent == Extent{4, 3, 2});

TEST_CASE_TEMPLATE("products are PyTorch's, of elements and of channels", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 10>, Gate<AvgPool2d<3, 1, 1>>>("multiply");
    golden_layer::check<T, 2, Shape<19, 5, 7>, Gate<GlobalAvgPool2d>>("gate");
}

TEST_CASE("the gate of nothing is the square") {
    Probe<float, 1, Shape<1, 2, 2>, Gate<Identity>> probe;
    probe.set_images(std::vector<float>{1, -2, 3, -4});
    probe.train(std::vector<float>{1, 2, 3, 4});
    CHECK(probe.y == std::vector<float>{1, 4, 9, 16});
    CHECK(probe.dx == std::vector<float>{2, -8, 18, -32});
}

TEST_CASE("a branch that ends in another shape is refused") {
    CHECK(problem_of<Gate<GlobalAvgPool2d, Conv2d<3, 1>>>().view() ==
          "norma: layer 3, Gate<GlobalAvgPool2d, Conv2d<3, 1>>, gets 4x6x5 but needs a branch that ends in that shape "
          "or in 4x1x1, not in 3x1x1");
}

}  // namespace gate_test
