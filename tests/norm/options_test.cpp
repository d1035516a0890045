#include "norma/norm/options.hpp"

#include <doctest/doctest.h>

#include "golden_norm.hpp"
#include "norma/norm/channel_layer.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/instance.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/rms.hpp"

namespace options_test {

using namespace norma;

namespace {

constexpr NormOptions plain{.epsilon = {1, 1000}, .affine = false};
using PlainGroup = GroupNorm<2, plain>;
using PlainInstance = BasicInstanceNorm<plain>;
using PlainLayer = BasicLayerNorm<plain>;
using PlainChannelLayer = BasicChannelLayerNorm<plain>;
using PlainRMS = BasicRMSNorm<RMSNormOptions{.epsilon = {1, 1000}, .affine = false}>;
using FineLayer = BasicLayerNorm<NormOptions{.epsilon = {1, 1000000}}>;

static_assert(NormPolicy<PlainGroup> && NormPolicy<PlainInstance> && NormPolicy<PlainLayer> && NormPolicy<PlainRMS>);
static_assert(NormPolicy<PlainChannelLayer>);
static_assert(normalisation<FineLayer>({6, 5, 7}).epsilon == Fraction{1, 1000000});
static_assert(FineLayer::affine == Affine::per_element);
static_assert(
    Network<Shape<6, 5, 7>, PlainGroup, PlainInstance, PlainLayer, PlainChannelLayer, PlainRMS>::parameter_count == 0);

static_assert(PlainGroup::name().view() == "GroupNorm<2>(epsilon=1/1000, affine=false)");
static_assert(PlainInstance::name().view() == "InstanceNorm(epsilon=1/1000, affine=false)");
static_assert(PlainChannelLayer::name().view() == "ChannelLayerNorm(epsilon=1/1000, affine=false)");
static_assert(PlainRMS::name().view() == "RMSNorm(epsilon=1/1000, affine=false)");
static_assert(FineLayer::name().view() == "LayerNorm(epsilon=1/1000000)");
static_assert(LayerNorm::name().view() == "LayerNorm" && GroupNorm<2>::name().view() == "GroupNorm<2>");

}  // namespace

TEST_CASE("norms within samples with another epsilon and no affine are PyTorch's") {
    golden_norm::check<double, PlainGroup>("group2_plain", 0.5f);
    golden_norm::check<double, PlainInstance>("instance_plain", 0.5f);
    golden_norm::check<double, PlainLayer>("layer_plain", 0.5f);
    golden_norm::check<double, PlainChannelLayer>("channel_layer_plain", 0.5f);
    golden_norm::check<double, PlainRMS>("rms_plain", 0.5f);
}

}  // namespace options_test
