#include "norma/ops/depthwise.hpp"

#include <doctest/doctest.h>

#include "../support/gradient_check.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/depthwise_conv2d.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace depthwise_test {

using namespace norma;
using op_checks::check_op;
using op_checks::refuses;

TEST_CASE("networks of depthwise convolutions are those of plain loops, gradients too") {
    check_layers<Shape<3, 5, 4>, DepthwiseConv2d<3, 2, 1, Bias::yes>, ReLU, Conv2d<2, 1>>();
    check_layers<Shape<2, 4, 5>, Conv2d<5, 2>, DepthwiseConv2d<3, 1, 1>, BatchNorm, ReLU, Conv2d<2, 1>>();
    check_layers<Shape<2, 4, 5>, Conv2d<4, 2>, BatchNorm, ReLU, DepthwiseConv2d<Size{1, 3}, 1, Size{0, 1}>,
                 GroupNorm<2>, Residual<DepthwiseConv2d<3, 1, 1>, BatchNorm, ReLU>>(2);
    check_layers<Shape<2, 4, 4>, Conv2d<3, 1>, BatchNorm,
                 ProjectedResidual<DepthwiseConv2d<3, 1, 1>, DepthwiseConv2d<3, 1, 1, Bias::yes>>,
                 DepthwiseConv2d<2, 1, 0, Bias::no, 2>>();
}

TEST_CASE("ReLU, skip and norms in evaluation are fused into a depthwise convolution") {
    constexpr auto nodes = [](Mode mode) {
        const Graph graph = build<Conv2d<4, 1>, Residual<DepthwiseConv2d<3, 1, 1>, BatchNorm, ReLU>>({2, 5, 5}).graph();
        return fuse(graph, mode).nodes.size();
    };
    static_assert(nodes(training_mode) == 3);    // the norm, ReLU and skip are one
    static_assert(nodes(evaluation_mode) == 2);  // all of them are the convolution's
    constexpr auto with_relu = [] {
        return fuse(build<DepthwiseConv2d<3>, ReLU>({2, 5, 5}).graph(), training_mode).nodes.size();
    };
    static_assert(with_relu() == 1);
}

TEST_CASE("the op: stride, dilation and a bias, and several outputs of each channel") {
    check_op<ops::Depthwise{{.input = {5, 5, 7},
                             .output = {5, 3, 3},
                             .kernel = {3, 3},
                             .stride = {2, 2},
                             .padding = {2, 1},
                             .dilation = {2, 1}},
                            true}>({{5, 5, 7}});
    check_op<ops::Depthwise{
        {.input = {17, 3, 2}, .output = {51, 3, 2}, .kernel = {3, 3}, .padding = {1, 1}, .multiplier = 3}, true}>(
        {{17, 3, 2}});
    refuses(ops::Depthwise{{.input = {5, 3, 3}, .output = {7, 1, 1}, .kernel = {3, 3}}}, {{5, 3, 3}},
            "a depthwise convolution whose multiplier gives 7 channels");
}

}  // namespace depthwise_test
