#include "norma/ops/resample.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/upsample.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace resample_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("networks that change the size of images are those of plain loops, gradients too") {
    check_layers<Shape<2, 3, 2>, Upsample<2, Interpolation::bilinear>, Conv2d<3, 2>, GroupNorm<3>, Upsample<2>,
                 BatchNorm, AdaptiveAvgPool2d<3, 4>>();
    check_layers<Shape<2, 4, 3>, Conv2d<3, 1>, BatchNorm,
                 ProjectedResidual<Upsample<Size{1, 2}>, Upsample<Size{1, 2}, Interpolation::bilinear>>, BatchNorm,
                 Conv2d<2, 1>>();
    check_layers<Shape<2, 4, 5>, AdaptiveAvgPool2d<3>, Conv2d<2, 1>, AdaptiveAvgPool2d<4, 2>, GlobalMaxPool2d>();
}

TEST_CASE("the op: means, neighbours and lines between them, of odd sizes") {
    using kernels::Sampling;
    check_op<ops::Resample{{{3, 5, 7}, {3, 2, 3}, Sampling::mean}}>({{3, 5, 7}});
    check_op<ops::Resample{{{17, 2, 3}, {17, 4, 9}, Sampling::nearest}}>({{17, 2, 3}});
    check_op<ops::Resample{{{5, 2, 3}, {5, 6, 6}, Sampling::bilinear}}>({{5, 2, 3}});
    refuses(ops::Resample{{{3, 5, 7}, {4, 2, 3}, Sampling::mean}}, {{3, 5, 7}},
            "an image of as many channels, not 4x2x3");
}

}  // namespace resample_test
