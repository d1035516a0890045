#include "norma/ops/resample.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/upsample.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace resample_test {

using namespace norma;

TEST_CASE("networks that change the size of images are those of plain loops, gradients too") {
    check_layers<Shape<2, 3, 2>, Upsample<2, Interpolation::bilinear>, Conv2d<3, 2>, GroupNorm<3>, Upsample<2>,
                 BatchNorm, AdaptiveAvgPool2d<3, 4>>();
    check_layers<Shape<2, 4, 3>, Conv2d<3, 1>, BatchNorm,
                 ProjectedResidual<Upsample<Size{1, 2}>, Upsample<Size{1, 2}, Interpolation::bilinear>>, BatchNorm,
                 Conv2d<2, 1>>();
    check_layers<Shape<2, 4, 5>, AdaptiveAvgPool2d<3>, Conv2d<2, 1>, AdaptiveAvgPool2d<4, 2>, GlobalMaxPool2d>();
}

}  // namespace resample_test
