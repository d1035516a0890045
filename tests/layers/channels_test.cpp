#include "norma/layers/channels.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "problem_of.hpp"

namespace channels_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<Channels<0, 2>> && Layer<ChannelShuffle<2>> && Layer<Flatten>);
static_assert(Channels<2, 5>::name().view() == "Channels<2, 5>");
static_assert(ChannelShuffle<3>::name().view() == "ChannelShuffle<3>");
static_assert(Network<Shape<8, 3, 2>, Channels<2, 5>>::output_extent == Extent{5, 3, 2});
static_assert(Network<Shape<8, 3, 2>, Flatten>::output_extent == Extent{48, 1, 1});

namespace {
/// How many nodes the layer is, of an input of four channels and one pixel.
template <class L>
constexpr std::size_t nodes_of() {
    GraphBuilder builder({4, 1, 1});
    append_layer<L>(builder);
    return builder.graph().nodes.size();
}
}  // namespace

TEST_CASE_TEMPLATE("slices, shuffles and flattened images are PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<20, 5, 7>, Channels<2, 17>>("channels");
    golden_layer::check<T, 2, Shape<12, 5, 7>, ChannelShuffle<3>>("channel_shuffle");
}

TEST_CASE_TEMPLATE("a flattened image is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 5, 7>, Flatten>("flatten");
}

TEST_CASE("layers that change nothing are no nodes") {
    static_assert(nodes_of<Channels<0, 4>>() == 0 && nodes_of<Channels<0, 3>>() == 1);
    static_assert(nodes_of<ChannelShuffle<1>>() == 0 && nodes_of<ChannelShuffle<4>>() == 0);
    static_assert(nodes_of<ChannelShuffle<2>>() == 1);
    static_assert(nodes_of<Flatten>() == 0);
}

TEST_CASE("channels that the input does not have are refused") {
    CHECK(problem_of<Channels<2, 3>>().view() ==
          "norma: layer 3, Channels<2, 3>, gets 4x6x5 but needs at least 5 channels");
    CHECK(problem_of<Channels<2147483647, 2147483647>>().view() ==
          "norma: layer 3, Channels<2147483647, 2147483647>, gets 4x6x5 but needs at least 4294967294 channels");
    CHECK(problem_of<ChannelShuffle<3>>().view() ==
          "norma: layer 3, ChannelShuffle<3>, gets 4x6x5 but needs a number of channels divisible by its 3 groups");
}

}  // namespace channels_test
