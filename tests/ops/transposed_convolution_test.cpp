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
#include "op_checks.hpp"

namespace transposed_convolution_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

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

TEST_CASE("the op: stride, padding and a bias, of odd sizes") {
    constexpr kernels::Convolution back{
        .input = {5, 6, 5}, .output = {3, 3, 3}, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
    check_op<ops::TransposedConvolution{back, true}>({{3, 3, 3}});
    refuses(ops::TransposedConvolution{back}, {{3, 3, 4}}, "an op that reads that shape, not 3x3x3");
}

}  // namespace transposed_convolution_test
