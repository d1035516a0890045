#include "norma/io/type_signature.hpp"

#include <doctest/doctest.h>

#include <ratio>
#include <set>
#include <string>

#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/channels.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/gate.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/prelu.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/scale.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/layers/shared.hpp"
#include "norma/layers/zero_pad.hpp"
#include "norma/network/summary.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/channel_layer.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/instance.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/rms.hpp"

namespace type_signature_test {

using namespace norma;

namespace {

/// `Layers` with other layers before and after.
template <class... Layers>
std::string between() {
    return type_signature<Network<Shape<3, 12, 12>, Conv2d<8, 3>, Layers..., Linear<2>>>();
}

/// The same inside a layer whose name is so long that it is cut before them.
template <class... Layers>
std::string deep() {
    using Long = Block<8, 1, GroupNorm<2, NormOptions{.epsilon = {1, 1000000}}>>;
    using Net =
        Network<Shape<3, 12, 12>, Sequential<Long, Long, Long, Long, Long, Long, Long, Long, Layers...>, Linear<2>>;
    static_assert(layer_summaries<Net>()[0].name.size() == FixedString::capacity);
    return type_signature<Net>();
}

}  // namespace

TEST_CASE("a network's type in words") {
    using Net = BasicNetwork<double, Shape<3, 12, 12>, Block<8, 3, BatchNorm, 1, 1>, MaxPool2d<2>,
                             Residual<Block<8, 3, GroupNorm<2>, 1, 1>>, Dropout<std::ratio<1, 2>>,
                             ProjectedResidual<Conv2d<4, 1>, Conv2d<4, 1>>, Linear<5>>;
    CHECK(
        type_signature<Net>() ==
        "F64 3x12x12 -> conv 3x3 padding 1 8x12x12 -> "
        "norm(batch, epsilon 1/100000, weight per channel, bias, momentum 1/10) 8x12x12 -> activation ReLU 8x12x12 -> "
        "max_pool 2x2 stride 2 8x6x6 -> conv 3x3 padding 1 8x6x6 -> "
        "norm(groups 2, epsilon 1/100000, weight per channel, bias) 8x6x6 -> activation ReLU 8x6x6 -> add of 7 4 8x6x6 "
        "-> "
        "dropout 32768/65536 8x6x6 -> conv 1x1 4x6x6 -> conv 1x1 of 9 4x6x6 -> add of 11 10 4x6x6 -> "
        "linear bias 5x1x1 -> "
        "by Block<8, 3, BatchNorm> -> by MaxPool2d<2> -> by Residual<Block<8, 3, GroupNorm<2>>> -> by Dropout<1/2> -> "
        "by ProjectedResidual<Conv2d<4, 1>, Conv2d<4, 1>> -> by Linear<5>");
}

TEST_CASE("networks that compute something else have another text") {
    const std::string all[] = {
        between<>(),
        type_signature<BasicNetwork<double, Shape<3, 12, 12>, Conv2d<8, 3>, Linear<2>>>(),
        type_signature<Network<Shape<3, 12, 11>, Conv2d<8, 3>, Linear<2>>>(),
        between<ReLU>(),
        between<Residual<ReLU>>(),
        between<ProjectedResidual<Conv2d<8, 1>, ReLU>>(),
        between<ProjectedResidual<Conv2d<8, 1>, ReLU, ReLU>>(),
        between<Concat<ReLU, Identity>>(),
        between<Concat<Identity, ReLU>>(),
        between<Concat<Identity, ReLU, Identity>>(),
        between<Sum<Identity, ReLU, Identity>>(),
        between<Gate<ReLU>>(),
        between<Gate<GlobalAvgPool2d>>(),
        between<Scale<Fraction{1, 2}>>(),
        between<Scale<Fraction{1, 3}>>(),
        between<LayerScale<>>(),
        between<PReLU<>>(),
        between<Sequential<PReLU<>, PReLU<>>>(),
        between<Sequential<Shared<"a", PReLU<>>, Shared<"a", PReLU<>>>>(),
        between<PReLU<Slopes::per_channel>>(),
        between<Channels<0, 4>>(),
        between<Channels<1, 4>>(),
        between<ChannelShuffle<2>>(),
        between<ChannelShuffle<4>>(),
        between<Flatten>(),
        between<Flatten, Unflatten<8, 10, 10>>(),
        between<Flatten, Unflatten<8, 4, 25>>(),
        between<Flatten, Unflatten<80, 10, 1>>(),
        between<ZeroPad2d<0, 1, 0, 1>>(),
        between<ZeroPad2d<1, 0, 0, 1>>(),
        between<ZeroPad2d<0, 1, 1, 0>>(),
        between<PaddedShortcut<10>>(),
        between<PaddedShortcut<10, 1, ZeroChannels::after>>(),
        between<PaddedShortcut<10, 2>>(),
        between<Conv2d<8, 3, 1, 1>>(),
        between<Conv2d<8, 1>>(),
        between<Conv2d<8, 3, 1, 1, Bias::yes>>(),
        between<Conv2d<8, 1, 2>>(),
        between<MaxPool2d<2>>(),
        between<AvgPool2d<2>>(),
        between<Dropout<std::ratio<1, 5>>>(),
        between<Dropout<std::ratio<1, 4>>>(),
        between<BatchNorm>(),
        between<BasicBatchNorm<BatchNormOptions{.epsilon = {1, 1000}}>>(),
        between<BasicBatchNorm<BatchNormOptions{.momentum = {1, 100}}>>(),
        between<BasicBatchNorm<BatchNormOptions{.cumulative = true}>>(),
        between<BasicBatchNorm<BatchNormOptions{.one_value = OneValue::running_statistics}>>(),
        between<GroupNorm<2>>(),
        between<GroupNorm<4>>(),
        between<GroupNorm<2, NormOptions{.epsilon = {1, 1000}}>>(),
        between<GroupNorm<2, NormOptions{.affine = false}>>(),
        between<InstanceNorm>(),
        between<LayerNorm>(),
        between<ChannelLayerNorm>(),
        between<RMSNorm>(),
    };
    std::set<std::string> different(std::begin(all), std::end(all));
    CHECK(different.size() == std::size(all));
}

namespace {

/// A user's own layers with the same node, and norms with the same sets.
struct HardSigmoid {
    static constexpr FixedString name() { return "HardSigmoid"; }
    static constexpr void append(GraphBuilder& builder) { append_layer<ReLU>(builder); }
};
struct HardSwish {
    static constexpr FixedString name() { return "HardSwish"; }
    static constexpr void append(GraphBuilder& builder) { append_layer<ReLU>(builder); }
};
template <int Version>
struct OwnNorm : NormDefaults {
    static constexpr FixedString name() { return FixedString("OwnNorm<") << Version << ">"; }
    static constexpr int groups(int) { return 2; }
};

}  // namespace

TEST_CASE("a user's own layers and norms differ by their names, however deep they are") {
    const std::string all[] = {between<ReLU>(),
                               between<HardSigmoid>(),
                               between<HardSwish>(),
                               between<GroupNorm<2>>(),
                               between<OwnNorm<1>>(),
                               between<OwnNorm<2>>(),
                               deep<ReLU>(),
                               deep<HardSigmoid>(),
                               deep<HardSwish>(),
                               deep<OwnNorm<1>>(),
                               deep<OwnNorm<2>>(),
                               between<Residual<Conv2d<8, 1>, OwnNorm<1>>>(),
                               between<Residual<Conv2d<8, 1>, OwnNorm<2>>>(),
                               between<Block<8, 1, OwnNorm<1>>>(),
                               between<Block<8, 1, OwnNorm<2>>>()};
    std::set<std::string> different(std::begin(all), std::end(all));
    CHECK(different.size() == std::size(all));
}

TEST_CASE("the text has the parts that a long layer's name leaves out") {
    CHECK(deep<Dropout<std::ratio<1, 5>>>() != deep<Dropout<std::ratio<1, 4>>>());
    CHECK(deep<MaxPool2d<2>>() != deep<AvgPool2d<2>>());
}

}  // namespace type_signature_test
