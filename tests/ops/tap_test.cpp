#include "norma/ops/tap.hpp"

#include <doctest/doctest.h>

#include <ratio>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/tap.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace tap_op_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("tap: values and gradients, wherever it is") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Tap<"a", Linear<2>>, ReLU, Conv2d<2, 1>, Tap<"b">, Linear<2>>();
    conforms<Shape<2, 4, 3>, Tap<"input">, Conv2d<3, 1>, Tap<"conv", ReLU>, BatchNorm, Tap<"norm", Identity>, ReLU,
             Conv2d<2, 3>, BatchNorm, Tap<"end", Linear<2>>, Linear<2>, Tap<"output", Identity>>();
    // One value twice, inside of branches, and with dropout that evaluation leaves out.
    conforms<Shape<2, 4, 3>, Residual<Conv2d<2, 1>, Tap<"a", Identity>, Tap<"b", Identity>, ReLU>,
             Concat<Identity, Sequential<GroupNorm<1>, Tap<"c">, ReLU>>, Dropout<std::ratio<1, 3>>, Tap<"d", Identity>,
             Linear<2>>();
}

TEST_CASE("tap: a head may end in an earlier segment than the network, or in a later one") {
    conforms<Shape<2, 4, 3>, Conv2d<2, 1>, Tap<"early", ReLU, Linear<2>>, BatchNorm, ReLU, Conv2d<2, 1>, BatchNorm,
             Tap<"middle", Linear<2>>, ReLU, Conv2d<2, 1>, BatchNorm, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<2, 1>,
             Tap<"late", BatchNorm, Conv2d<2, 1>, BatchNorm, ReLU, Conv2d<2, 1>, BatchNorm>, ReLU, Conv2d<2, 1>,
             BatchNorm, ReLU, Linear<2>>();
}

TEST_CASE("the op is a copy") {
    check_op<ops::Tap{{3, 5, 7}}>({{3, 5, 7}});
    refuses(ops::Tap{{3, 5, 7}}, {{7, 5, 3}}, "an op that reads that shape, not 3x5x7");
}

}  // namespace tap_op_test
