#include "norma/ops/softmax.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/layers/conv1d.hpp"
#include "norma/layers/pool1d.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/softmax.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace softmax_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("networks with a softmax are those of plain loops, gradients too") {
    check_layers<Shape<3, 2, 2>, Softmax, Conv2d<5, 1>, BatchNorm, Residual<Softmax>, Softmax, BatchNorm,
                 Conv2d<2, 1>>();
    check_layers<Shape<2, 1, 7>, Conv1d<4, 3>, GroupNorm<2>, Softmax, MaxPool1d<2, 1>, Conv1d<3, 2, 2, 1, Bias::yes>,
                 BatchNorm, Softmax>();
}

TEST_CASE("the op: over the channels of each pixel, of odd sizes") {
    check_op<ops::Softmax{{5, 3, 2}}>({{5, 3, 2}});
    check_op<ops::Softmax{{19, 1, 1}}>({{19, 1, 1}});
    static_assert(!ops::Softmax{{5, 3, 2}}.facts().backward_reads_input);
    refuses(ops::Softmax{{5, 3, 2}}, {{5, 2, 3}}, "an op that reads that shape, not 5x3x2");
}

}  // namespace softmax_test
