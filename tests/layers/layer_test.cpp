#include "norma/layers/layer.hpp"

#include <doctest/doctest.h>

#include <cstddef>

#include "norma/layers/block.hpp"
#include "norma/layers/build.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace layer_test {

using namespace norma;

namespace {

struct Nameless {
    static constexpr void append(GraphBuilder&) {}
};
struct WithoutNodes {
    static constexpr FixedString name() { return "WithoutNodes"; }
};
/// A norm policy for even numbers of channels only.
struct EvenChannels : NormDefaults {
    static constexpr FixedString name() { return "EvenChannels"; }
    static constexpr int groups(int channels) { return channels % 2 == 0 ? channels / 2 : 0; }
};
/// A user's own layer, which can refuse a shape.
struct Halve {
    static constexpr FixedString name() { return "Halve"; }
    static constexpr void append(GraphBuilder& builder) {
        const Extent in = builder.shape();
        if (in.width % 2 != 0) {
            builder.refuse(name(), "an even width");
            return;
        }
        builder.append(ops::MaxPool{{in, {in.channels, in.height / 2, in.width / 2}, 2, 2}});
    }
};

static_assert(Layer<Halve> && Layer<MaxPool2d<2>>);
static_assert(!Layer<int> && !Layer<Nameless> && !Layer<WithoutNodes> && !Layer<BatchNorm>);

}  // namespace

TEST_CASE("a layer reads the shape before it, and its nodes give the next shape") {
    const GraphBuilder builder = build<Block<8, 3, BatchNorm>, Halve, MaxPool2d<2>>({3, 8, 10});
    CHECK(builder.shape() == Extent{8, 1, 2});
    const Graph graph = builder.graph();
    REQUIRE(graph.nodes.size() == 5);
    CHECK(graph.extent(3) == Extent{8, 6, 8});
    for (std::size_t i = 0; i < 5; ++i) CHECK(graph.nodes[i].layer == (i < 3 ? 1 : i == 3 ? 2 : 3));
}

TEST_CASE("the first layer that refuses its shape is reported, and nothing is appended after it") {
    const GraphBuilder builder = build<Halve, Halve, Block<8, 3, BatchNorm>, MaxPool2d<4>>({3, 8, 6});
    CHECK(builder.refused());
    CHECK(builder.problem().view() == "norma: layer 2, Halve, gets 3x4x3 but needs an even width");
    CHECK(builder.graph().nodes.size() == 1);
    CHECK(build<Block<8, 9, BatchNorm>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, Block<8, 9, BatchNorm> (its Conv2d<8, 9>), gets 3x8x6 but needs a height and a width of at "
          "least 9");
    CHECK(build<MaxPool2d<9>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, MaxPool2d<9>, gets 3x8x6 but needs a height and a width of at least 9");
    CHECK(
        build<Residual<Conv2d<4, 3>>>({4, 6, 6}).problem().view() ==
        "norma: layer 1, Residual<Conv2d<4, 3>>, gets 4x6x6 but needs a branch that ends in that shape, not in 4x4x4");
}

TEST_CASE("a norm policy used as a layer refuses channels that its groups do not divide") {
    CHECK(build<GroupNorm<2>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, GroupNorm<2>, gets 3x8x6 but needs a number of channels divisible by its 2 groups");
    CHECK(build<EvenChannels>({3, 8, 6}).problem().view() ==
          "norma: layer 1, EvenChannels, gets 3x8x6 but needs a number of channels that its groups(channels) accepts");
    CHECK(build<Residual<GroupNorm<3>>>({4, 6, 6}).problem().view() ==
          "norma: layer 1, Residual<GroupNorm<3>> (its GroupNorm<3>), gets 4x6x6 but needs a number of channels "
          "divisible by its 3 groups");
    CHECK_FALSE(build<GroupNorm<3>>({3, 8, 6}).refused());
    CHECK(build<GroupNorm<3>>({3, 8, 6}).graph().nodes.size() == 1);
}

}  // namespace layer_test
