#include "norma/layers/depthwise_conv2d.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace depthwise_conv2d_test {

using namespace norma;

static_assert(Layer<DepthwiseConv2d<3>>);
static_assert(DepthwiseConv2d<3>::name().view() == "DepthwiseConv2d<3>");
static_assert(DepthwiseConv2d<7, 1, 3>::name().view() == "DepthwiseConv2d<7, 1, 3>");
static_assert(DepthwiseConv2d<3, 1, 1, Bias::yes, 2>::name().view() == "DepthwiseConv2d<3, 1, 1, Bias::yes, 2, 1>");
static_assert(Network<Shape<3, 8, 9>, DepthwiseConv2d<3, 2, 1, Bias::yes>>::output_extent == Extent{3, 4, 5});
static_assert(Network<Shape<3, 8, 9>, DepthwiseConv2d<3, 2, 1, Bias::yes>>::parameter_count == 30);
static_assert(Network<Shape<3, 8, 9>, DepthwiseConv2d<3, 1, 0, Bias::no, 4>>::output_extent == Extent{12, 6, 7});

TEST_CASE_TEMPLATE("DepthwiseConv2d with stride, padding and bias is PyTorch's Conv2d with groups", T, float, double) {
    golden_layer::check<T, 2, Shape<5, 9, 11>, DepthwiseConv2d<3, 2, 1, Bias::yes>, Extent{1, 3, 3}>(
        "depthwise_stride2_padding1");
}

TEST_CASE_TEMPLATE("DepthwiseConv2d of 3×5 with dilation and multiplier is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 9>, DepthwiseConv2d<Size{3, 5}, 1, Size{1, 4}, Bias::no, 2, Size{1, 2}>,
                        Extent{1, 3, 5}>("depthwise_3x5_multiplier2_dilation2");
}

}  // namespace depthwise_conv2d_test
