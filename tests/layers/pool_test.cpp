#include "norma/layers/pool.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace pool_test {

using namespace norma;

static_assert(Layer<MaxPool2d<2>> && Layer<AvgPool2d<2>> && Layer<GlobalAvgPool2d>);
static_assert(MaxPool2d<2>::name().view() == "MaxPool2d<2>");
static_assert(AvgPool2d<3, 2, 1>::name().view() == "AvgPool2d<3, 2, 1>");
static_assert(Network<Shape<3, 7, 10>, MaxPool2d<2>>::output_extent == Extent{3, 3, 5});
static_assert(Network<Shape<3, 7, 10>, MaxPool2d<3, 2, 1>>::output_extent == Extent{3, 4, 5});
static_assert(Network<Shape<3, 7, 10>, GlobalMaxPool2d>::output_extent == Extent{3, 1, 1});
static_assert(Network<Shape<3, 7, 10>, AdaptiveAvgPool2d<2, 5>>::output_extent == Extent{3, 2, 5});
static_assert(AdaptiveAvgPool2d<2, 5>::name().view() == "AdaptiveAvgPool2d<2, 5>");
static_assert(Network<Shape<3, 7, 10>, GlobalAvgPool2d>::output_extent == Extent{3, 1, 1});
static_assert(Network<Shape<3, 7, 10>, MaxPool2d<2>, AvgPool2d<3>, GlobalAvgPool2d>::parameter_count == 0);

TEST_CASE_TEMPLATE("pooling is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 10>, MaxPool2d<3, 2, 1>>("max_pool3_stride2_padding1");
    golden_layer::check<T, 2, Shape<3, 7, 10>, MaxPool2d<2>>("max_pool2");
    golden_layer::check<T, 2, Shape<3, 7, 10>, AvgPool2d<2>>("avg_pool2");
    golden_layer::check<T, 2, Shape<3, 5, 7>, GlobalAvgPool2d>("global_avg_pool");
    golden_layer::check<T, 2, Shape<3, 5, 7>, GlobalMaxPool2d>("global_max_pool");
    golden_layer::check<T, 2, Shape<3, 5, 10>, AdaptiveAvgPool2d<3, 4>>("adaptive_avg_pool3x4");
    golden_layer::check<T, 2, Shape<3, 5, 7>, AdaptiveAvgPool2d<7>>("adaptive_avg_pool7");
}

}  // namespace pool_test
