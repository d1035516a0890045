#include "norma/layers/conv2d.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace conv2d_test {

using namespace norma;

static_assert(Layer<Conv2d<8, 3>>);
static_assert(Conv2d<8, 3>::name().view() == "Conv2d<8, 3>");
static_assert(Conv2d<8, 3, 2, 1>::name().view() == "Conv2d<8, 3, 2, 1>");
static_assert(Network<Shape<3, 8, 9>, Conv2d<8, 3>>::output_extent == Extent{8, 6, 7});
static_assert(Network<Shape<3, 8, 9>, Conv2d<8, 3>>::parameter_count == 216);
static_assert(Network<Shape<3, 8, 9>, Conv2d<8, 3, 2, 1, Bias::yes>>::output_extent == Extent{8, 4, 5});
static_assert(Network<Shape<3, 8, 9>, Conv2d<8, 3, 2, 1, Bias::yes>>::parameter_count == 224);

TEST_CASE_TEMPLATE("Conv2d with stride, padding and bias is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<5, 9, 11>, Conv2d<7, 3, 2, 1, Bias::yes>, Extent{5, 3, 3}>("conv_stride2_padding1");
}

TEST_CASE_TEMPLATE("Conv2d of 5×5 with padding is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 9>, Conv2d<4, 5, 1, 2>, Extent{3, 5, 5}>("conv_5x5_padding2");
}

}  // namespace conv2d_test
