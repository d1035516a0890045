#include "norma/ops/multiply.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace multiply_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;

TEST_CASE("the op refuses factors of another shape") {
    CHECK(ops::Multiply{{4, 3, 2}, true}.needs(std::array{Extent{4, 3, 2}, Extent{4, 1, 1}}).empty());
    CHECK(ops::Multiply{{4, 3, 2}, true}.needs(std::array{Extent{4, 3, 2}, Extent{4, 3, 2}}).view() ==
          "factors of shape 4x1x1, not 4x3x2");
    CHECK(!ops::Multiply{{4, 3, 2}}.needs(std::array{Extent{4, 3, 2}, Extent{4, 1, 1}}).empty());
}

TEST_CASE("squeeze-and-excitation after a convolution with a norm, and before one") {
    using Excitation = Gate<GlobalAvgPool2d, Conv2d<2, 1, 1, 0, Bias::yes>, ReLU, Conv2d<3, 1>, Sigmoid>;
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, BatchNorm, Excitation, Conv2d<2, 3, 1, 1>, BatchNorm, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, GroupNorm<1>, Excitation, GroupNorm<1>, Linear<2>>();
}

TEST_CASE("the network's input is multiplied; a product is the first and the last layer") {
    conforms<Shape<2, 4, 3>, Gate<Conv2d<2, 3, 1, 1>>>();
    conforms<Shape<2, 4, 3>, Gate<GlobalAvgPool2d, Conv2d<2, 1>>, Conv2d<2, 1>, Gate<MaxPool2d<3, 1, 1>>>();
}

TEST_CASE("a value times itself, and a value that is multiplied and added") {
    conforms<Shape<2, 4, 3>, Conv2d<2, 1>, Gate<Identity>, Conv2d<2, 3>>();
    conforms<Shape<2, 3, 3>, Conv2d<3, 1>, GlobalAvgPool2d, Gate<Identity>, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<2, 1>, BatchNorm, Sum<Identity, Gate<ReLU>, Gate<BatchNorm>>, Linear<2>>();
}

TEST_CASE("products of elements, and with a factor per channel") {
    check_op<ops::Multiply{{3, 5, 7}}>({{3, 5, 7}, {3, 5, 7}});
    check_op<ops::Multiply{{19, 3, 2}, true}>({{19, 3, 2}, {19, 1, 1}});
}

}  // namespace multiply_test
