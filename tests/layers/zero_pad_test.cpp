#include "norma/layers/zero_pad.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/residual.hpp"
#include "problem_of.hpp"

namespace zero_pad_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<ZeroPad2d<1>> && Layer<PaddedShortcut<8, 2>>);
static_assert(ZeroPad2d<1, 2, 0, 3>::name().view() == "ZeroPad2d<1, 2, 0, 3>");
static_assert(PaddedShortcut<8, 2>::name().view() == "PaddedShortcut<8, 2>");
static_assert(PaddedShortcut<8, 1, ZeroChannels::after>::name().view() == "PaddedShortcut<8, 1, ZeroChannels::after>");
static_assert(Network<Shape<3, 7, 10>, ZeroPad2d<1, 2, 0, 3>>::output_extent == Extent{3, 10, 13});
static_assert(Network<Shape<4, 7, 10>, PaddedShortcut<9, 2>>::output_extent == Extent{9, 4, 5});
static_assert(Network<Shape<4, 7, 10>, ProjectedResidual<PaddedShortcut<9, 2>, Conv2d<9, 3, 2, 1>>>::parameter_count ==
              324);

TEST_CASE_TEMPLATE("frames of zeros are PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 10>, ZeroPad2d<1, 2, 0, 3>>("zero_pad");
    golden_layer::check<T, 2, Shape<3, 7, 10>, ZeroPad2d<-1, 2, 3, -2>>("zero_pad_negative");
}

TEST_CASE_TEMPLATE("the padded shortcut is that of the original ResNet", T, float, double) {
    golden_layer::check<T, 2, Shape<4, 7, 10>, PaddedShortcut<8, 2>>("padded_shortcut");
}

TEST_CASE("the channels of zeros are after those of the input, or around them") {
    Probe<float, 1, Shape<1, 1, 2>, PaddedShortcut<4, 1, ZeroChannels::after>> after;
    after.set_images(std::vector<float>{1, 2});
    after.train(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(after.y == std::vector<float>{1, 2, 0, 0, 0, 0, 0, 0});
    CHECK(after.dx == std::vector<float>{1, 2});
    Probe<float, 1, Shape<1, 1, 2>, PaddedShortcut<4>> around;
    around.set_images(std::vector<float>{1, 2});
    around.train(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(around.y == std::vector<float>{0, 0, 1, 2, 0, 0, 0, 0});
    CHECK(around.dx == std::vector<float>{3, 4});
}

TEST_CASE("what leaves no image, or has fewer channels, is refused") {
    CHECK(problem_of<ZeroPad2d<-2, -3>>().view() ==
          "norma: layer 3, ZeroPad2d<-2, -3, -2, -2>, gets 4x6x5 but needs a height and a width of which it leaves at "
          "least 1, and at most 1073741824");
    CHECK(problem_of<PaddedShortcut<3>>().view() ==
          "norma: layer 3, PaddedShortcut<3, 1>, gets 4x6x5 but needs at most 3 channels");
}

}  // namespace zero_pad_test
