#include "norma/network/stages.hpp"

#include <doctest/doctest.h>

#include <ratio>
#include <vector>

#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/none.hpp"

namespace stages_test {

using namespace norma;

namespace {

constexpr Extent input{4, 6, 6};
using Half = Dropout<std::ratio<1, 2>>;

template <class... Layers>
List<Stage> fused() {
    return detail::fuse(detail::build<Layers...>(input).stages());
}
bool is(const Stage& s, bool normalises, bool relu, bool skip, bool drops) {
    return s.kind == Stage::Kind::pointwise && s.pointwise.normalises == normalises && s.pointwise.relu == relu &&
           s.pointwise.adds_skip == skip && s.pointwise.drops == drops && (s.skip >= 0) == skip;
}

}  // namespace

TEST_CASE("stages: norm, ReLU, skip and dropout become one") {
    const auto stages = fused<Residual<Block<4, 1, GroupNorm<2>>>, Half>();
    REQUIRE(stages.size() == 2);
    CHECK(stages[0].kind == Stage::Kind::convolution);
    CHECK(is(stages[1], true, true, true, true));
    CHECK(stages[1].input == stages[0].output);
    CHECK(stages[1].skip == 0);
    CHECK(stages[1].pointwise.groups == 2);
    CHECK(stages[1].pointwise.rate.threshold == 32768);
    CHECK(stages[1].layer == 1);
}

TEST_CASE("stages: parts in another order, or twice, stay apart") {
    const auto relu_norm = fused<ReLU, BatchNorm>();
    REQUIRE(relu_norm.size() == 2);
    CHECK(is(relu_norm[0], false, true, false, false));
    CHECK(is(relu_norm[1], true, false, false, false));
    CHECK(fused<Half, GroupNorm<1>>().size() == 2);
    CHECK(fused<Half, ReLU>().size() == 2);
    CHECK(fused<Half, Half>().size() == 2);
    CHECK(fused<ReLU, ReLU>().size() == 2);
    CHECK(fused<BatchNorm, BatchNorm>().size() == 2);
    CHECK(fused<Residual<Half>>().size() == 2);
    CHECK(fused<Residual<Residual<ReLU>>>().size() == 2);
}

TEST_CASE("stages: a value that a residual reads is not fused away") {
    // ReLU's input is the skip: the norm before has to leave it in memory.
    const auto stages = fused<BatchNorm, Residual<ReLU>>();
    REQUIRE(stages.size() == 2);
    CHECK(is(stages[0], true, false, false, false));
    CHECK(is(stages[1], false, true, true, false));
    CHECK(stages[1].skip == stages[1].input);
}

TEST_CASE("stages: a policy without normalisation leaves no stage") {
    const auto stages = fused<NoNorm, Block<3, 3, NoNorm>, NoNorm>();
    REQUIRE(stages.size() == 2);
    CHECK(stages[0].layer == 2);
    CHECK(is(stages[1], false, true, false, false));
}

TEST_CASE("stages: the list is a chain, and layers are counted from 1") {
    const auto stages = fused<Conv2d<4, 3>, Residual<Conv2d<4, 1>, Residual<Conv2d<4, 1>>>, MaxPool2d<2>, Linear<2>>();
    for (std::size_t i = 1; i < stages.size(); ++i) {
        CHECK(stages[i].input == stages[i - 1].output);
        CHECK(stages[i].input_extent().size() == stages[i - 1].output_extent().size());
        CHECK(stages[i].layer >= stages[i - 1].layer);
    }
    CHECK(stages[0].layer == 1);
    CHECK(stages.back().layer == 4);
    CHECK(stages.back().output_extent() == Extent{2, 1, 1});
}

TEST_CASE("stages: the first layer that does not fit ends the list, with an error message") {
    const StageBuilder builder = detail::build<Conv2d<4, 3>, MaxPool2d<5>, Conv2d<4, 9>, Linear<2>>(input);
    CHECK(builder.problem().view() ==
          "norma: layer 2, MaxPool2d<5>, gets 4x4x4 but needs a height and a width of at least 5");
    CHECK(detail::build<Conv2d<4, 3>, Linear<2>>(input).problem().empty());
    CHECK(detail::build<Residual<GroupNorm<3>>>(input).problem().view() ==
          "norma: layer 1, Residual<GroupNorm<3>> (its GroupNorm<3>), gets 4x6x6 but needs a number of channels "
          "divisible by its 3 groups");
    CHECK(
        detail::build<Residual<Conv2d<4, 3>>>(input).problem().view() ==
        "norma: layer 1, Residual<Conv2d<4, 3>>, gets 4x6x6 but needs a branch that ends in that shape, not in 4x4x4");
}

}  // namespace stages_test
