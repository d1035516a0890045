#include "norma/layers/channels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "../support/golden_graph.hpp"
#include "golden_layer.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/sequential.hpp"
#include "norma/network/predict.hpp"
#include "norma/norm/batch.hpp"
#include "problem_of.hpp"

namespace channels_test {

using namespace norma;
using layer_support::problem_of;

static_assert(Layer<Channels<0, 2>> && Layer<ChannelShuffle<2>> && Layer<Flatten> && Layer<Unflatten<2, 3, 4>>);
static_assert(Channels<2, 5>::name().view() == "Channels<2, 5>");
static_assert(ChannelShuffle<3>::name().view() == "ChannelShuffle<3>");
static_assert(Unflatten<2, 3, 4>::name().view() == "Unflatten<2, 3, 4>");
static_assert(Network<Shape<8, 3, 2>, Channels<2, 5>>::output_extent == Extent{5, 3, 2});
static_assert(Network<Shape<8, 3, 2>, Flatten>::output_extent == Extent{48, 1, 1});
static_assert(Network<Shape<48, 1, 1>, Unflatten<8, 3, 2>>::output_extent == Extent{8, 3, 2});

namespace {
/// How many nodes the layer is, of an input of four channels and one pixel.
template <class L>
constexpr std::size_t nodes_of() {
    GraphBuilder builder({4, 1, 1});
    append_layer<L>(builder);
    return builder.graph().nodes.size();
}

/// The network of golden/graphs/two_inputs: an image of 3×6×5, then 7 numbers.
template <class T>
using TwoInputs = BasicNetwork<T, Shape<97, 1, 1>,
                               Concat<Sequential<Channels<0, 90>, Unflatten<3, 6, 5>, Conv2d<4, 3, 1, 1>, BatchNorm,
                                                 ReLU, MaxPool2d<2>, Conv2d<5, 2, 1, 0, Bias::yes>, GlobalAvgPool2d>,
                                      Sequential<Channels<90, 7>, Linear<6>, ReLU>>,
                               Linear<3>>;
}  // namespace

TEST_CASE_TEMPLATE("slices, shuffles and flattened images are PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<20, 5, 7>, Channels<2, 17>>("channels");
    golden_layer::check<T, 2, Shape<12, 5, 7>, ChannelShuffle<3>>("channel_shuffle");
}

TEST_CASE_TEMPLATE("a flattened image is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 5, 7>, Flatten>("flatten");
}

TEST_CASE_TEMPLATE("an unflattened vector is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<105, 1, 1>, Unflatten<3, 5, 7>>("unflatten");
}

TEST_CASE("an image is the same after Flatten and Unflatten") {
    using Net = Network<Shape<3, 5, 7>, Flatten, Unflatten<3, 5, 7>>;
    std::vector<float> image(105);
    std::iota(image.begin(), image.end(), 1.0f);
    CHECK(std::ranges::equal(predict(Net(1), image), image));
}

TEST_CASE_TEMPLATE("an image beside a table is PyTorch's network of two inputs", T, float, double) {
    golden_graph::check<TwoInputs<T>>("two_inputs", 4, sizeof(T) == 4 ? 1e-4 : 1e-10);
}

TEST_CASE("layers that change nothing are no nodes") {
    static_assert(nodes_of<Channels<0, 4>>() == 0 && nodes_of<Channels<0, 3>>() == 1);
    static_assert(nodes_of<ChannelShuffle<1>>() == 0 && nodes_of<ChannelShuffle<4>>() == 0);
    static_assert(nodes_of<ChannelShuffle<2>>() == 1);
    static_assert(nodes_of<Flatten>() == 0);
    static_assert(nodes_of<Unflatten<4, 1, 1>>() == 0 && nodes_of<Unflatten<1, 2, 2>>() == 1);
}

TEST_CASE("channels that the input does not have are refused") {
    CHECK(problem_of<Channels<2, 3>>().view() ==
          "norma: layer 3, Channels<2, 3>, gets 4x6x5 but needs at least 5 channels");
    CHECK(problem_of<Channels<2147483647, 2147483647>>().view() ==
          "norma: layer 3, Channels<2147483647, 2147483647>, gets 4x6x5 but needs at least 4294967294 channels");
    CHECK(problem_of<ChannelShuffle<3>>().view() ==
          "norma: layer 3, ChannelShuffle<3>, gets 4x6x5 but needs a number of channels divisible by its 3 groups");
    CHECK(problem_of<Unflatten<4, 6, 5>>().view() ==
          "norma: layer 3, Unflatten<4, 6, 5>, gets 4x6x5 but needs a vector of 120 numbers");
    CHECK(problem_of<Sequential<Flatten, Unflatten<3, 6, 5>>>().view() ==
          "norma: layer 3, Sequential<Flatten, Unflatten<3, 6, 5>> (its Unflatten<3, 6, 5>), gets 120x1x1 but needs a "
          "vector of 90 numbers");
}

}  // namespace channels_test
