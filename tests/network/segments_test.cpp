#include <doctest/doctest.h>

#include <ratio>

#include "../support/gradient_check.hpp"
#include "norma/norma.hpp"

namespace segments_test {

// Small networks with norms that couple samples, so with several segments: several passes, and values that are kept or
// made again between them.

using namespace norma;

namespace {

template <class Input, class... Layers>
using Net = BasicNetwork<double, Input, Layers...>;

struct BatchRootMeanSquare : NormDefaults {
    static constexpr FixedString name() { return "BatchRootMeanSquare"; }
    static constexpr bool over_batch = true;
    static constexpr bool subtracts_mean = false;
    static constexpr bool has_bias = false;
    static constexpr int groups(int channels) { return channels; }
};
/// Two groups of channels over the whole batch, and an affine per element.
struct BatchGroupNorm : NormDefaults {
    static constexpr FixedString name() { return "BatchGroupNorm"; }
    static constexpr bool over_batch = true;
    static constexpr Affine affine = Affine::per_element;
    static constexpr int groups(int) { return 2; }
};

}  // namespace

TEST_CASE("segments: convolution, average pool and convolution before a batch norm are recomputed") {
    check_network<Net<Shape<2, 6, 6>, Conv2d<3, 2>, AvgPool2d<3, 2>, AvgPool2d<2, 1, 1>, Conv2d<3, 1>, ReLU,
                      AvgPool2d<2, 1>, BatchNorm, ReLU, Linear<2>>>(4, 1);
}

TEST_CASE("segments: batch and group norm in one network, dropout in front of both") {
    check_network<Net<Shape<2, 6, 6>, Conv2d<4, 3>, Dropout<std::ratio<1, 4>>, GroupNorm<2>, ReLU,
                      Dropout<std::ratio<1, 4>>, Conv2d<4, 1>, Dropout<std::ratio<1, 4>>, BatchNorm, ReLU, MaxPool2d<2>,
                      LayerNorm, Residual<Block<4, 1, BatchNorm>>, GroupNorm<1>>>(5, 1);
}

TEST_CASE("segments: skips across barriers, from the network's input and within each other") {
    check_network<Net<Shape<2, 4, 4>, Residual<Conv2d<2, 1>, BatchNorm, ReLU, Conv2d<2, 3, 1, 1>>,
                      Residual<Residual<BatchNorm>, BatchNorm>, Residual<Residual<Residual<Conv2d<2, 1>>, BatchNorm>>,
                      Linear<2>>>(4, 1);
}

TEST_CASE("segments: a norm adds its own input, so that only its second input gets a gradient in its first half") {
    check_network<Net<Shape<2, 4, 4>, Conv2d<2, 1>, Residual<BatchNorm>, Linear<2>>>(4, 1);
    check_network<Net<Shape<2, 4, 4>, Conv2d<2, 1>, Residual<BatchNorm>, BatchNorm, Linear<2>>>(4, 1);
}

TEST_CASE("segments: batch norm first and last, after a ReLU, after a pool, after another batch norm, after dropout") {
    check_network<
        Net<Shape<2, 6, 6>, BatchNorm, Conv2d<3, 3>, ReLU, BatchNorm, MaxPool2d<2, 1>, BatchNorm, BatchNorm,
            Dropout<std::ratio<1, 4>>, BatchNorm,
            Residual<MaxPool2d<3, 1, 1>, BatchNorm, ReLU, Dropout<std::ratio<1, 4>>>, Conv2d<2, 3>, BatchNorm>>(5, 1);
}

TEST_CASE("segments: norms over the batch that users write") {
    check_network<Net<Shape<2, 5, 5>, Block<4, 2, BatchGroupNorm, 2, 1>, Residual<Block<4, 1, BatchRootMeanSquare>>,
                      Dropout<std::ratio<1, 4>>, BatchGroupNorm, MaxPool2d<2>, Linear<3>>>(5, 1);
}

TEST_CASE("segments: a residual that halves the image, its shortcut projected, with norms over the batch in both") {
    check_network<Net<Shape<2, 6, 6>, Block<3, 3, BatchNorm>,
                      ProjectedResidual<Sequential<Conv2d<4, 1, 2>, BatchNorm>, Block<4, 3, BatchNorm, 2, 1>,
                                        Conv2d<4, 3, 1, 1, Bias::yes>, BatchNorm>,
                      ReLU, Linear<2>>>(5, 1);
}

TEST_CASE("segments: nodes that can be fused into a convolution are fused, and no others") {
    // One after another: a norm alone, a norm with a skip but no ReLU, a bias and no norm, and a value that two read.
    check_network<
        Net<Shape<2, 5, 5>, Conv2d<3, 1>, BatchNorm, Residual<Conv2d<3, 3, 1, 1, Bias::yes>, BatchNorm>, Conv2d<4, 2>,
            ReLU, Residual<Conv2d<4, 1>, ReLU>, Conv2d<3, 2>, ProjectedResidual<ReLU, Conv2d<3, 1>, ReLU>, Linear<2>>>(
        4, 1);
}

}  // namespace segments_test
