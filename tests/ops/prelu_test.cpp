#include "norma/ops/prelu.hpp"

#include <doctest/doctest.h>

#include "network_checks.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace prelu_op_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;
using op_checks::refuses;

using One = PReLU<>;
using PerChannel = PReLU<Slopes::per_channel, Fraction{-1, 3}>;

TEST_CASE("PReLU after a convolution and before one, and of the network's input") {
    conforms<Shape<2, 4, 3>, PerChannel, Conv2d<3, 1>, One, Conv2d<2, 3>, PerChannel>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, One, BatchNorm, PerChannel, Conv2d<2, 3>, BatchNorm, One, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, GroupNorm<1>, PerChannel, GroupNorm<1>, Linear<2>, PerChannel>();
}

TEST_CASE("at the end of a residual's branch, and twice on one value") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Residual<BatchNorm, One, Conv2d<3, 3, 1, 1>, PerChannel>,
             Sum<PerChannel, One, Identity>, Linear<2>>();
}

TEST_CASE("the op: one slope, and a slope per channel, of odd sizes") {
    check_op<ops::PReLU{{3, 5, 7}, false, {1, 4}}>({{3, 5, 7}});
    check_op<ops::PReLU{{19, 3, 2}, true, {1, 4}}>({{19, 3, 2}});
    refuses(ops::PReLU{{3, 5, 7}, false, {1, 4}}, {{7, 5, 3}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace prelu_op_test
