#include "norma/layers/stage.hpp"

#include <doctest/doctest.h>

#include <string>

#include "norma/layers/block.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"

namespace stage_test {

using namespace norma;

namespace {

struct Nameless {
    static constexpr void append(StageBuilder&) {}
};
struct WithoutStages {
    static constexpr Sentence name() { return "WithoutStages"; }
};
/// A norm policy for even numbers of channels only.
struct EvenChannels : NormDefaults {
    static constexpr Sentence name() { return "EvenChannels"; }
    static constexpr int groups(int channels) { return channels % 2 == 0 ? channels / 2 : 0; }
};
/// A user's own layer, which can refuse a shape.
struct Halve {
    static constexpr Sentence name() { return "Halve"; }
    static constexpr void append(StageBuilder& builder) {
        const Extent in = builder.shape();
        if (in.width % 2 != 0) {
            builder.refuse(name(), "an even width");
            return;
        }
        builder.pool(Stage::Kind::max_pool, {in, {in.channels, in.height / 2, in.width / 2}, 2, 2, 2, 0});
    }
};

static_assert(Layer<Halve> && Layer<MaxPool2d<2>>);
static_assert(!Layer<int> && !Layer<Nameless> && !Layer<WithoutStages> && !Layer<BatchNorm>);

template <class... Layers>
constexpr StageBuilder built(Extent input) {
    StageBuilder builder(input);
    int position = 0;
    ((builder.enter(++position, Layers::name()), append_layer<Layers>(builder)), ...);
    return builder;
}

}  // namespace

TEST_CASE("a layer reads the shape before it, and its stages give the next shape") {
    const StageBuilder builder = built<Block<8, 3, BatchNorm>, MaxPool2d<2>>({3, 8, 9});
    REQUIRE(builder.stages().size() == 4);
    CHECK(builder.shape() == Extent{8, 3, 3});
    CHECK(builder.value() == 4);
    CHECK(builder.extents().size() == 5);
    for (int i = 0; i < 4; ++i) {
        const Stage& stage = builder.stages()[static_cast<std::size_t>(i)];
        CHECK(stage.input == i);
        CHECK(stage.output == i + 1);
        CHECK(stage.skip == -1);
        CHECK(stage.layer == (i < 3 ? 1 : 2));
        CHECK(stage.input_extent() == builder.extents()[static_cast<std::size_t>(i)]);
        CHECK(stage.output_extent() == builder.extents()[static_cast<std::size_t>(i + 1)]);
    }
    CHECK(builder.stages()[0].weight_count() == 216);
    CHECK(builder.stages()[0].bias_count() == 0);
    CHECK(builder.stages()[1].weight_count() == 8);
    CHECK(builder.stages()[1].bias_count() == 8);
    CHECK(builder.stages()[3].weight_count() == 0);
}

TEST_CASE("the first error is reported, and nothing is appended after it") {
    const StageBuilder builder = built<Halve, Halve, Block<8, 3, BatchNorm>, MaxPool2d<4>>({3, 8, 6});
    CHECK(builder.refused());
    CHECK(builder.problem().view() == "norma: layer 2, Halve, gets 3x4x3 but needs an even width");
    CHECK(builder.stages().size() == 1);
    CHECK(built<Block<8, 9, BatchNorm>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, Block<8, 9, BatchNorm> (its Conv2d<8, 9>), gets 3x8x6 but needs a height and a width of at "
          "least 9");
    CHECK(built<GroupNorm<2>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, GroupNorm<2>, gets 3x8x6 but needs a number of channels divisible by its 2 groups");
    CHECK(built<EvenChannels>({3, 8, 6}).problem().view() ==
          "norma: layer 1, EvenChannels, gets 3x8x6 but needs a number of channels that its groups(channels) accepts");
    CHECK(built<MaxPool2d<9>>({3, 8, 6}).problem().view() ==
          "norma: layer 1, MaxPool2d<9>, gets 3x8x6 but needs a height and a width of at least 9");
    CHECK_FALSE(built<GroupNorm<3>>({3, 8, 6}).refused());
}

TEST_CASE("wrong sizes and values of a layer are refused, and nothing is appended") {
    const auto refused = [](const auto& append) {
        StageBuilder builder({3, 8, 8});
        builder.enter(2, "Mine");
        builder.convolve({{3, 8, 8}, {24, 6, 6}, {3, 3}}, false);
        append(builder);
        CHECK(builder.stages().size() == 1);
        return std::string(builder.problem().view());
    };
    const std::string gets = "norma: layer 2, Mine, gets 24x6x6 but needs ";
    CHECK(refused([](StageBuilder& b) { b.add_skip(0); }) == gets + "a skip of that shape, not 3x8x8");
    CHECK(refused([](StageBuilder& b) { b.add_skip(2); }) == gets + "the number of an earlier value, not 2");
    CHECK(refused([](StageBuilder& b) { b.add_skip(-1); }) == gets + "the number of an earlier value, not -1");
    CHECK(refused([](StageBuilder& b) { b.go_back(7); }) == gets + "the number of an earlier value, not 7");
    CHECK(refused([](StageBuilder& b) {
              b.convolve({{3, 8, 8}, {4, 6, 6}, {3, 3}}, false);
          }) == gets + "a stage that reads that shape, not 3x8x8");
    CHECK(refused([](StageBuilder& b) {
              b.convolve({{24, 6, 6}, {4, 6, 6}, {3, 3}}, false);
          }) == gets + "a convolution whose kernel, stride and padding give 4x6x6");
    CHECK(refused([](StageBuilder& b) {
              b.convolve({{24, 6, 6}, {4, 4, 0}, {3, 3}}, false);
          }) == gets + "a convolution whose kernel, stride and padding give 4x4x0");
    CHECK(refused([](StageBuilder& b) {
              b.convolve({{24, 6, 6}, {4, 4, 4}, {3, 3}, {0, 1}}, false);
          }) == gets + "a convolution whose kernel, stride and padding give 4x4x4");
    CHECK(refused([](StageBuilder& b) {
              b.convolve({{23, 1, 1}, {4, 1, 1}}, true, true);
          }) == gets + "a stage that reads that shape, not 23x1x1");
    for (const Stage::Kind kind : {Stage::Kind::max_pool, Stage::Kind::average_pool}) {
        CHECK(refused([&](StageBuilder& b) {
                  b.pool(kind, {{24, 6, 6}, {24, 4, 3}, 2, 2, 2});
              }) == gets + "a pool whose windows give 24x4x3");
        CHECK(refused([&](StageBuilder& b) {
                  b.pool(kind, {{24, 6, 6}, {12, 3, 3}, 2, 2, 2});
              }) == gets + "a pool whose windows give 12x3x3");
    }
    CHECK(refused([](StageBuilder& b) {
              kernels::Pointwise stage{};
              stage.extent = {24, 6, 7};
              stage.relu = true;
              b.pointwise(stage);
          }) == gets + "a stage that reads that shape, not 24x6x7");
}

}  // namespace stage_test
