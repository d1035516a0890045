#include "norma/network/sample_pass.hpp"

#include <doctest/doctest.h>

#include <ratio>

#include "../support/gradient_check.hpp"
#include "norma/norma.hpp"

namespace sample_pass_test {

// Whole small networks, in which every norm looks at one sample at a time: one pass does all.

using namespace norma;

namespace {

template <class Input, class... Layers>
using Net = BasicNetwork<double, Input, Layers...>;

struct RootMeanSquare : NormDefaults {
    static constexpr FixedString name() { return "RootMeanSquare"; }
    static constexpr bool subtracts_mean = false;
    static constexpr int groups(int) { return 1; }
};
struct PlainInstanceNorm : NormDefaults {
    static constexpr FixedString name() { return "PlainInstanceNorm"; }
    static constexpr Affine affine = Affine::none;
    static constexpr int groups(int channels) { return channels; }
};

}  // namespace

TEST_CASE("sample pass: stride, padding and bias, group norm, overlapping maxima, a linear head") {
    check_network<
        Net<Shape<2, 7, 6>, Conv2d<4, 3, 2, 1, Bias::yes>, GroupNorm<2>, ReLU, MaxPool2d<3, 2, 1>, Linear<3>>>(5, 1);
}

TEST_CASE("sample pass: a residual of nothing but a convolution on the network's input, layer norm, average pools") {
    check_network<
        Net<Shape<2, 4, 5>, Residual<Conv2d<2, 1>>, LayerNorm, ReLU, AvgPool2d<2>, Conv2d<3, 1>, GlobalAvgPool2d>>(4,
                                                                                                                   1);
}

TEST_CASE("sample pass: dropout between convolution and norm, after a block, and before the head") {
    check_network<Net<Shape<2, 6, 6>, Conv2d<4, 3>, Dropout<std::ratio<1, 4>>, GroupNorm<2>, ReLU,
                      Dropout<std::ratio<1, 3>>, MaxPool2d<2>, Dropout<std::ratio<1, 5>>, Linear<2, Bias::no>>>(5, 1);
}

TEST_CASE("sample pass: residuals in residuals, around a ReLU, and around a norm alone") {
    check_network<Net<Shape<2, 5, 5>, Conv2d<3, 3>, Residual<Residual<Conv2d<3, 3, 1, 1>>, LayerNorm, ReLU>,
                      Residual<ReLU>, Residual<Residual<GroupNorm<3>>>, Linear<2>>>(3, 1);
}

TEST_CASE(
    "sample pass: a norm first of all, pools before pools, a ReLU after a pool, residuals around pool and dropout") {
    check_network<
        Net<Shape<2, 6, 7>, GroupNorm<1>, MaxPool2d<2, 1>, ReLU, AvgPool2d<3, 2, 1>, Residual<MaxPool2d<3, 1, 1>>,
            Dropout<std::ratio<1, 3>>, Conv2d<3, 2>, Residual<Dropout<std::ratio<1, 3>>>>>(4, 1);
}

TEST_CASE("sample pass: norms that users write: root mean square, and instance norm without learned numbers") {
    check_network<Net<Shape<3, 4, 4>, Block<4, 3, RootMeanSquare>, Residual<PlainInstanceNorm, Conv2d<4, 1>, ReLU>,
                      RootMeanSquare, Linear<2>>>(3, 1);
}

TEST_CASE("sample pass: without norms, ReLU and dropout work in place behind convolutions") {
    check_network<Net<Shape<2, 5, 5>, Block<3, 3, NoNorm>, Residual<Block<3, 1, NoNorm>>, Dropout<std::ratio<1, 2>>,
                      Conv2d<4, 2>, ReLU, Dropout<std::ratio<1, 5>>, Conv2d<4, 1>, ReLU,
                      Residual<Conv2d<4, 1>, ReLU, Dropout<std::ratio<1, 5>>>, GlobalAvgPool2d>>(5, 1);
}

}  // namespace sample_pass_test
