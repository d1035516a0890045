#include "norma/layers/pool1d.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace pool1d_test {

using namespace norma;

static_assert(MaxPool1d<4>::name().view() == "MaxPool1d<4>");
static_assert(AvgPool1d<3, 2, 1>::name().view() == "AvgPool1d<3, 2, 1>");
static_assert(Network<Shape<3, 1, 9>, AvgPool1d<3, 2, 1>>::output_extent == Extent{3, 1, 5});

TEST_CASE_TEMPLATE("one-dimensional pools are PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 1, 9>, MaxPool1d<3, 2, 1>>("max_pool1d");
    golden_layer::check<T, 2, Shape<3, 1, 9>, AvgPool1d<4>>("avg_pool1d");
}

}  // namespace pool1d_test
