#include "norma/ops/layer_scale.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/scale.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace layer_scale_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("a learned scale after a convolution and before one, and of the network's input") {
    using Half = LayerScale<Fraction{1, 2}>;
    conforms<Shape<2, 4, 3>, Half, Conv2d<3, 1>, Half, Conv2d<2, 3>, Half>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Half, BatchNorm, Half, ReLU, Conv2d<2, 3>, BatchNorm, Half, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, GroupNorm<1>, Half, GroupNorm<1>, Linear<2>>();
}

TEST_CASE("at the end of a residual's branch, and twice on one value") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Residual<BatchNorm, ReLU, Conv2d<3, 3, 1, 1>, LayerScale<Fraction{1, 4}>>,
             Sum<LayerScale<>, LayerScale<Fraction{3, 2}>, Identity>, Linear<2>>();
}

TEST_CASE("the op: a weight per channel, of odd sizes") {
    check_op<ops::LayerScale{{19, 3, 2}, {1, 4}}>({{19, 3, 2}});
    refuses(ops::LayerScale{{3, 5, 7}, {1, 4}}, {{7, 5, 3}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace layer_scale_test
