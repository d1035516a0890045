#include "norma/layers/linear.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"

namespace linear_test {

using namespace norma;

static_assert(Layer<Linear<4>>);
static_assert(Linear<4>::name().view() == "Linear<4>");
static_assert(Network<Shape<2, 3, 5>, Linear<4>>::output_extent == Extent{4, 1, 1});
static_assert(Network<Shape<2, 3, 5>, Linear<4>>::parameter_count == 124);
static_assert(Network<Shape<2, 3, 5>, Linear<4, Bias::no>>::parameter_count == 120);

TEST_CASE_TEMPLATE("Linear on an image is PyTorch's, whose weight columns run over C, H, W", T, float, double) {
    golden_layer::check<T, 3, Shape<2, 3, 5>, Linear<4>, Extent{2, 3, 5}>("linear");
}

}  // namespace linear_test
