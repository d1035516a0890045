#include "norma/layers/upsample.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace upsample_test {

using namespace norma;

static_assert(Upsample<2>::name().view() == "Upsample<2>");
static_assert(Upsample<Size{2, 4}, Interpolation::bilinear>::name().view() == "Upsample<Size{2, 4}, bilinear>");
static_assert(Network<Shape<3, 4, 5>, Upsample<Size{2, 3}>>::output_extent == Extent{3, 8, 15});

TEST_CASE_TEMPLATE("Upsample is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 4, 5>, Upsample<2>>("upsample_nearest2");
    golden_layer::check<T, 2, Shape<3, 4, 5>, Upsample<3, Interpolation::bilinear>>("upsample_bilinear3");
    golden_layer::check<T, 2, Shape<3, 3, 2>, Upsample<Size{2, 4}, Interpolation::bilinear>>("upsample_bilinear2x4");
}

}  // namespace upsample_test
