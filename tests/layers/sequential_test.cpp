#include "norma/layers/sequential.hpp"

#include <doctest/doctest.h>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/network/network.hpp"
#include "norma/norm/group.hpp"

namespace sequential_test {

using namespace norma;

static_assert(Layer<Sequential<ReLU>>);
static_assert(Sequential<Conv2d<4, 1>, GroupNorm<2>, ReLU>::name().view() ==
              "Sequential<Conv2d<4, 1>, GroupNorm<2>, ReLU>");

TEST_CASE("a sequential is its layers one after another") {
    using Together = Network<Shape<3, 5, 5>, Sequential<Conv2d<4, 3>, GroupNorm<2>>, ReLU>;
    using Apart = Network<Shape<3, 5, 5>, Conv2d<4, 3>, GroupNorm<2>, ReLU>;
    CHECK(Together::output_extent == Apart::output_extent);
    CHECK(Together::parameter_count == Apart::parameter_count);
    GraphBuilder builder({3, 5, 5});
    builder.enter(2, [] { return FixedString("Sequential<...>"); });
    append_layer<Sequential<ReLU, Conv2d<4, 7>>>(builder);
    CHECK(builder.problem().view() ==
          "norma: layer 2, Sequential<...> (its Conv2d<4, 7>), gets 3x5x5 but needs a height "
          "and a width of at least 7");
}

}  // namespace sequential_test
