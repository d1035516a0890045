#include "norma/ops/softmax.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/pool1d.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/softmax.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace softmax_test {

using namespace norma;

TEST_CASE("networks with a softmax are those of plain loops, gradients too") {
    check_layers<Shape<3, 2, 2>, Softmax, Conv2d<5, 1>, BatchNorm, Residual<Softmax>, Softmax, BatchNorm,
                 Conv2d<2, 1>>();
    check_layers<Shape<2, 1, 7>, Conv1d<4, 3>, GroupNorm<2>, Softmax, MaxPool1d<2, 1>, Conv1d<3, 2, 2, 1, Bias::yes>,
                 BatchNorm, Softmax>();
}

}  // namespace softmax_test
