#include "norma/norm/channel_layer.hpp"

#include <doctest/doctest.h>

#include <ratio>

#include "../support/gradient_check.hpp"
#include "far_from_zero.hpp"
#include "golden_norm.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"

namespace channel_layer_test {

using namespace norma;

namespace {

// A user's own policies.
struct PixelRMS : NormDefaults {
    static constexpr FixedString name() { return "PixelRMS"; }
    static constexpr bool per_pixel = true;
    static constexpr bool subtracts_mean = false;
    static constexpr Affine affine = Affine::per_element;
    static constexpr bool has_bias = false;
    static constexpr int groups(int) { return 1; }
};
struct OtherPerPixel : ChannelLayerNorm {
    static constexpr FixedString per_pixel = "yes";
};

static_assert(NormPolicy<ChannelLayerNorm> && NormPolicy<PixelRMS> && !NormPolicy<OtherPerPixel>);
static_assert(ChannelLayerNorm::per_pixel && !ChannelLayerNorm::over_batch);
static_assert(ChannelLayerNorm::groups(16) == 1);
static_assert(ChannelLayerNorm::affine == Affine::per_channel);
static_assert(normalisation<ChannelLayerNorm>({16, 5, 7}).moment_count() == 35);
static_assert(Network<Shape<5, 3, 2>, ChannelLayerNorm>::parameter_count == 2 * 5);

}  // namespace

TEST_CASE("ChannelLayerNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<ChannelLayerNorm>("channel_layer");
}

TEST_CASE("ChannelLayerNorm in networks: plain loops over odd channels, gradients by differences") {
    check_network<BasicNetwork<double, Shape<2, 5, 4>, Conv2d<5, 2>, ChannelLayerNorm, ReLU, Residual<ChannelLayerNorm>,
                               Dropout<std::ratio<1, 4>>, Linear<2>>>(3, 1);
    check_network<BasicNetwork<double, Shape<3, 3, 3>, ChannelLayerNorm, Block<7, 2, BatchNorm>,
                               Residual<Block<7, 1, ChannelLayerNorm>>, BatchNorm, PixelRMS, Linear<2>>>(4, 1);
}

TEST_CASE_TEMPLATE("ChannelLayerNorm of equal numbers is the bias", T, float, double) {
    far_from_zero::check_constant<ChannelLayerNorm, T, Shape<49, 2, 3>>();
    far_from_zero::check_constant<ChannelLayerNorm, T, Shape<7, 2, 3>>();
}

TEST_CASE("ChannelLayerNorm of 100 + noise is as exact as its mean can be in float") {
    far_from_zero::check_noise<ChannelLayerNorm, Shape<1000, 1, 1>, 1>();
}

}  // namespace channel_layer_test
