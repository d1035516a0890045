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
#include "norma/layers/shared.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace permute_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;

TEST_CASE("the op refuses groups that do not divide the channels") {
    CHECK(ops::Permute{{4, 3, 2}, 2}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Permute{{4, 3, 2}, 3}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Permute{{4, 3, 2}, -2}.needs(std::array{Extent{4, 3, 2}}).empty());
}

TEST_CASE("the op refuses an image of another size, of other groups, and of an image") {
    CHECK(ops::Permute{{24, 1, 1}, 4, {4, 3, 2}}.needs(std::array{Extent{24, 1, 1}}).empty());
    CHECK(!ops::Permute{{24, 1, 1}, 4, {4, 3, 1}}.needs(std::array{Extent{24, 1, 1}}).empty());
    CHECK(!ops::Permute{{24, 1, 1}, 2, {4, 3, 2}}.needs(std::array{Extent{24, 1, 1}}).empty());
    CHECK(!ops::Permute{{4, 3, 2}, 4, {4, 3, 2}}.needs(std::array{Extent{4, 3, 2}}).empty());
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

TEST_CASE("a vector becomes an image at the network's input, after a linear layer, twice, and at the end") {
    conforms<Shape<24, 1, 1>, Unflatten<2, 4, 3>, Conv2d<2, 3>, BatchNorm, ReLU, Linear<2>>();
    conforms<Shape<3, 2, 2>, Linear<12>, Unflatten<2, 3, 2>, GroupNorm<2>, ReLU, Conv2d<3, 2>>();
    conforms<Shape<4, 1, 1>, Linear<12>, BatchNorm,
             Sum<Unflatten<2, 3, 2>, Sequential<Unflatten<1, 2, 6>, Flatten, ReLU, Unflatten<2, 3, 2>>>, Linear<2>>();
    conforms<Shape<6, 1, 1>, Linear<6>, Unflatten<1, 3, 2>>();
    conforms<Shape<2, 3, 2>, Flatten, Unflatten<3, 1, 4>, Conv2d<2, 1>, Linear<2>>();
}

TEST_CASE("an image beside a table, and two images of one trunk, in one sample") {
    conforms<Shape<21, 1, 1>,
             Concat<Sequential<Channels<0, 18>, Unflatten<2, 3, 3>, Conv2d<2, 2>, BatchNorm, ReLU, GlobalAvgPool2d>,
                    Sequential<Channels<18, 3>, Linear<2>, BatchNorm, ReLU>>,
             Linear<2>>();
    using Trunk = Shared<"trunk", Sequential<Conv2d<2, 2>, BatchNorm, ReLU, GlobalAvgPool2d>>;
    conforms<Shape<4, 3, 3>, Concat<Sequential<Channels<0, 2>, Trunk>, Sequential<Channels<2, 2>, Trunk>>, Linear<2>>();
}

TEST_CASE("the op: shuffled channels, a flat image, and an image of a vector, of odd sizes") {
    check_op<ops::Permute{{21, 2, 3}, 3}>({{21, 2, 3}});
    check_op<ops::Permute{{5, 2, 3}}>({{5, 2, 3}});
    check_op<ops::Permute{{30, 1, 1}, 5, {5, 2, 3}}>({{30, 1, 1}});
}

}  // namespace permute_test
