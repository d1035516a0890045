#include "norma/ops/scale.hpp"

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

namespace scale_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("a constant scale after a convolution and before one, and of the network's input") {
    using Half = Scale<Fraction{-1, 2}>;
    conforms<Shape<2, 4, 3>, Half, Conv2d<3, 1>, Half, Conv2d<2, 3>, Half>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Half, BatchNorm, Half, ReLU, Conv2d<2, 3>, BatchNorm, Half, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, GroupNorm<1>, Half, GroupNorm<1>, Linear<2>>();
}

TEST_CASE("a value is scaled twice, and is read elsewhere too") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Sum<Scale<Fraction{1, 2}>, Scale<Fraction{3, 2}>, ReLU>,
             Residual<Scale<Fraction{1, 3}>>, Linear<2>>();
}

TEST_CASE("the op: a constant factor, of odd sizes") {
    check_op<ops::Scale{{3, 5, 7}, {-2, 3}}>({{3, 5, 7}});
    refuses(ops::Scale{{3, 5, 7}, {1, 2}}, {{7, 5, 3}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace scale_test
