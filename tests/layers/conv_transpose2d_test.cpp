#include "norma/layers/conv_transpose2d.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace conv_transpose2d_test {

using namespace norma;

static_assert(ConvTranspose2d<4, 2, 2>::name().view() == "ConvTranspose2d<4, 2, 2, 0>");
static_assert(ConvTranspose2d<4, 3, 2, 1, 1>::name().view() == "ConvTranspose2d<4, 3, 2, 1, 1>");
static_assert(Network<Shape<3, 4, 5>, ConvTranspose2d<4, 3, 2, 1, 1, Bias::yes>>::output_extent == Extent{4, 8, 10});
static_assert(Network<Shape<3, 4, 5>, ConvTranspose2d<4, 3, 2, 1, 1, Bias::yes>>::parameter_count == 3 * 4 * 9 + 4);

TEST_CASE_TEMPLATE("ConvTranspose2d is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<5, 4, 3>, ConvTranspose2d<4, 3, 2, 1, 1, Bias::yes>, Extent{4, 3, 3}, 5>(
        "conv_transpose_stride2");
    golden_layer::check<T, 2, Shape<3, 4, 5>, ConvTranspose2d<7, Size{2, 3}, Size{2, 1}>, Extent{7, 2, 3}, 3>(
        "conv_transpose_2x3");
}

}  // namespace conv_transpose2d_test
