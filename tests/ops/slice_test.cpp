#include "norma/ops/slice.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/channels.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/residual.hpp"
#include "norma/layers/zero_pad.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace slice_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;

TEST_CASE("the op refuses a slice without size or stride") {
    CHECK(ops::Slice{{{4, 3, 2}, {2, 3, 2}}}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Slice{{{4, 3, 2}, {2, 3, 2}, {0, 1}}}.needs(std::array{Extent{4, 3, 2}}).empty());
    CHECK(!ops::Slice{{{4, 3, 2}, {0, 3, 2}}}.needs(std::array{Extent{4, 3, 2}}).empty());
}

TEST_CASE("residual networks with padded shortcuts, with norms over the batch and within a sample") {
    conforms<Shape<2, 5, 3>, Conv2d<2, 1>, BatchNorm, ReLU,
             ProjectedResidual<PaddedShortcut<4, 2>, Conv2d<4, 3, 2, 1>, BatchNorm>, ReLU, Linear<2>>();
    conforms<Shape<2, 5, 3>, ProjectedResidual<PaddedShortcut<3, 2, ZeroChannels::after>, Conv2d<3, 3, 2, 1>>,
             GroupNorm<1>, ReLU, Linear<2>>();
}

TEST_CASE("channels are split, each part is used, and one of them twice") {
    conforms<Shape<2, 4, 3>, Conv2d<5, 1>, BatchNorm,
             Concat<Channels<0, 2>, Sequential<Channels<1, 4>, Conv2d<2, 3, 1, 1>, BatchNorm>, Channels<4, 1>>,
             Linear<2>>();
    conforms<Shape<3, 4, 3>, Sum<Channels<0, 2>, Sequential<Channels<1, 2>, Conv2d<2, 1>>>, Conv2d<2, 3>>();
}

TEST_CASE("frames of zeros, at the network's input, before a norm and at the end") {
    conforms<Shape<2, 4, 3>, ZeroPad2d<1, 2, 0, 1>, Conv2d<2, 3>, ZeroPad2d<-1, 1, 2, -1>, BatchNorm, ReLU,
             Conv2d<2, 2>, ZeroPad2d<1>>();
}

TEST_CASE("the op: parts of an image, and frames of zeros, of odd sizes") {
    check_op<ops::Slice{{{5, 4, 3}, {2, 2, 2}, {2, 1}, 1, 1, 3}}>({{5, 4, 3}});
    check_op<ops::Slice{{{5, 4, 3}, {9, 6, 4}, {1, 1}, -1, -1, -2}}>({{5, 4, 3}});
}

}  // namespace slice_test
