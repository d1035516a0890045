#include "norma/ops/transposed_convolution.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/conv_transpose2d.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace transposed_convolution_test {

using namespace norma;

TEST_CASE("networks of transposed convolutions are those of plain loops, gradients too") {
    check_layers<Shape<2, 3, 2>, ConvTranspose2d<3, 2, 2, 0, 0, Bias::yes>, ReLU, Conv2d<2, 2>>();
    check_layers<Shape<2, 3, 2>, Conv2d<4, 1>, ConvTranspose2d<3, 3, 2, 1, 1>, BatchNorm, ReLU, Conv2d<2, 1>>();
    check_layers<Shape<2, 2, 3>, Conv2d<3, 1>, BatchNorm,
                 ProjectedResidual<ConvTranspose2d<2, 1>, ConvTranspose2d<2, 1, 1, 0, 0, Bias::yes>>, GroupNorm<2>,
                 ConvTranspose2d<2, Size{1, 2}, Size{1, 2}>, BatchNorm>(2);
}

TEST_CASE("ReLU, skip and norms in evaluation are fused into a transposed convolution") {
    constexpr auto nodes = [](Mode mode) {
        const Graph graph = build<Conv2d<4, 1>, Residual<ConvTranspose2d<4, 1>, BatchNorm, ReLU>>({2, 5, 5}).graph();
        return fuse(graph, mode).nodes.size();
    };
    static_assert(nodes(training_mode) == 3);    // the norm, ReLU and skip are one
    static_assert(nodes(evaluation_mode) == 2);  // all of them are the convolution's
}

}  // namespace transposed_convolution_test
