#include "norma/ops/permute.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/channels.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace permute_test {

using namespace norma;
using network_checks::conforms;

TEST_CASE("the op refuses groups that do not divide the channels") {
    CHECK(ops::Permute{{4, 3, 2}, 2}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Permute{{4, 3, 2}, 3}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Permute{{4, 3, 2}, -2}.needs(std::array{Extent{4, 3, 2}}).empty());
}

TEST_CASE("a unit of ShuffleNet") {
    using Unit = Sequential<Concat<Channels<0, 2>, Sequential<Channels<2, 2>, Conv2d<2, 3, 1, 1>, BatchNorm, ReLU>>,
                            ChannelShuffle<2>>;
    conforms<Shape<2, 4, 3>, Conv2d<4, 1>, BatchNorm, Unit, Unit, GlobalAvgPool2d, Linear<2>>();
}

TEST_CASE("channels are shuffled at the network's input, twice, and at the end") {
    conforms<Shape<6, 4, 3>, ChannelShuffle<3>, Conv2d<6, 3, 1, 0, Bias::no, 1, 3>, ChannelShuffle<2>, GroupNorm<2>,
             Sum<ChannelShuffle<3>, ChannelShuffle<2>, Identity>, ChannelShuffle<3>>();
}

TEST_CASE("images are flattened before a linear layer, a norm in groups, and at the network's input") {
    conforms<Shape<2, 4, 3>, Conv2d<2, 2>, ReLU, Flatten, Linear<3>, ReLU, Linear<2>>();
    conforms<Shape<2, 3, 2>, Flatten, GroupNorm<3>, Channels<2, 5>, Linear<2>>();
    conforms<Shape<2, 3, 2>, Conv2d<2, 1>, BatchNorm, Flatten, BatchNorm, Linear<2>>();
}

}  // namespace permute_test
