#include "norma/layers/block.hpp"

#include <doctest/doctest.h>

#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

namespace block_test {

using namespace norma;

static_assert(Layer<Block<16, 3, NoNorm>>);
static_assert(Block<16, 3, GroupNorm<2>>::name().view() == "Block<16, 3, GroupNorm<2>>");
template <class Norm>
using One = Network<Shape<3, 8, 9>, Block<16, 3, Norm>>;
static_assert(One<NoNorm>::output_extent == Extent{16, 6, 7});
static_assert(One<NoNorm>::parameter_count == 432);
static_assert(One<BatchNorm>::parameter_count == 432 + 2 * 16);
static_assert(One<GroupNorm<2>>::parameter_count == 432 + 2 * 16);
static_assert(One<LayerNorm>::parameter_count == 432 + 2 * 16 * 6 * 7);
static_assert(Network<Shape<3, 8, 9>, Block<16, 3, NoNorm, 2, 1>>::output_extent == Extent{16, 4, 5});

TEST_CASE("a block is its convolution, its norm and ReLU, one after another") {
    Probe<double, 2, Shape<3, 5, 7>, Block<4, 3, GroupNorm<2>, 2, 1>> block;
    Probe<double, 2, Shape<3, 5, 7>, Conv2d<4, 3, 2, 1>, GroupNorm<2>, ReLU> parts;
    const std::vector<double> x = real_numbers<double>(2 * 105, 1);
    const std::vector<double> dy = real_numbers<double>(2 * 4 * 3 * 4, 2);
    const std::vector<double> w = real_numbers<double>(4 * 3 * 9, 3);
    std::copy(w.begin(), w.end(), block.weight().begin());
    std::copy(w.begin(), w.end(), parts.weight().begin());
    block.set_images(x);
    parts.set_images(x);
    block.train(dy);
    parts.train(dy);
    CHECK(block.y == parts.y);
    CHECK(block.dx == parts.dx);
    for (const double v : block.y) CHECK(v >= 0);
}

}  // namespace block_test
