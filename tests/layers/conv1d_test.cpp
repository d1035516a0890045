#include "norma/layers/conv1d.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/pool1d.hpp"

namespace conv1d_test {

using namespace norma;

static_assert(Conv1d<8, 3>::name().view() == "Conv1d<8, 3>");
static_assert(Conv1d<8, 3, 2, 1, Bias::yes, 2, 4>::name().view() == "Conv1d<8, 3, 2, 1, Bias::yes, 2, 4>");
static_assert(Network<Shape<3, 1, 9>, Conv1d<8, 3, 2, 1, Bias::yes>>::output_extent == Extent{8, 1, 5});
static_assert(Network<Shape<3, 1, 9>, Conv1d<8, 3, 2, 1, Bias::yes>>::parameter_count == 3 * 8 * 3 + 8);

TEST_CASE_TEMPLATE("Conv1d is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<6, 1, 9>, Conv1d<4, 3, 2, 1, Bias::yes, 2, 2>, Extent{3, 1, 3}>("conv1d_stride2");
}

}  // namespace conv1d_test
