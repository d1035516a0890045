#include "norma/ops/concat.hpp"

#include <doctest/doctest.h>

#include <array>

#include "network_checks.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/parallel.hpp"
#include "norma/layers/pool.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "op_checks.hpp"

namespace concat_test {

using namespace norma;
using network_checks::conforms;
using op_checks::check_op;

namespace {
/// One layer of a DenseNet.
template <class Norm>
using Dense = Concat<Identity, Sequential<Norm, ReLU, Conv2d<2, 3, 1, 1>>>;
}  // namespace

TEST_CASE("a concatenation knows where each input is in its output") {
    constexpr std::array<Extent, 3> inputs{Extent{3, 5, 4}, Extent{1, 5, 4}, Extent{7, 5, 4}};
    constexpr ops::Concat op = ops::Concat::of(inputs);
    static_assert(op.output == Extent{11, 5, 4} && op.first(0) == 0 && op.first(1) == 3 && op.first(2) == 4);
    static_assert(op.needs(inputs).empty() && op.facts().inputs == 3);
    CHECK(op.needs(std::array{Extent{3, 5, 4}, Extent{1, 5, 4}, Extent{7, 5, 3}}).view() ==
          "an op that reads that shape, not 7x5x4");
    CHECK(!op.needs(std::array{Extent{3, 5, 4}, Extent{1, 5, 4}}).empty());
    CHECK(!ops::Concat{{12, 5, 4}, 3, {3, 1, 7}}.needs(inputs).empty());
}

TEST_CASE("dense blocks of three layers, with norms over the batch and within a sample") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Dense<BatchNorm>, Dense<BatchNorm>, Dense<BatchNorm>, BatchNorm,
             GlobalAvgPool2d, Linear<2>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Dense<GroupNorm<1>>, Dense<GroupNorm<1>>, Dense<GroupNorm<1>>, Linear<2>>();
}

TEST_CASE("the network's input is concatenated; a concatenation is the first and the last layer") {
    conforms<Shape<2, 4, 3>, Concat<Identity, Conv2d<3, 3, 1, 1>>>();
    conforms<Shape<2, 4, 3>, Concat<Conv2d<3, 1>, Identity>, Conv2d<2, 3>>();
    conforms<Shape<2, 3, 3>, Dense<BatchNorm>, Dense<BatchNorm>, Linear<2>>();
}

TEST_CASE("one value is read twice, by one concatenation and by two") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Concat<Identity, Identity, Identity>, Conv2d<2, 3>>();
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, BatchNorm,
             Concat<Identity, Concat<ReLU, Identity>, Sequential<ReLU, Conv2d<1, 1>>>, BatchNorm, Linear<2>>();
}

TEST_CASE("more than four branches, and concatenations within branches") {
    conforms<Shape<2, 4, 3>, Conv2d<2, 1>,
             Concat<Conv2d<1, 1>, Conv2d<2, 3, 1, 1>, Identity, ReLU, MaxPool2d<3, 1, 1>, AvgPool2d<3, 1, 1>,
                    Concat<Identity, Conv2d<1, 1>>, BatchNorm>,
             GroupNorm<1>, Linear<2>>();
}

TEST_CASE("dropout and ReLU of a concatenation, and of what is concatenated") {
    conforms<Shape<2, 4, 3>, Conv2d<3, 1>, Concat<Identity, Sequential<Conv2d<2, 1>, ReLU, Dropout<std::ratio<1, 4>>>>,
             ReLU, Dropout<std::ratio<1, 4>>, Conv2d<2, 3>>();
}

TEST_CASE("concatenated channels, of two, three and four inputs") {
    constexpr auto of = [](auto... e) { return ops::Concat::of(std::array{e...}); };
    check_op<of(Extent{3, 5, 7}, Extent{1, 5, 7})>({{3, 5, 7}, {1, 5, 7}});
    check_op<of(Extent{17, 1, 3}, Extent{5, 1, 3}, Extent{16, 1, 3})>({{17, 1, 3}, {5, 1, 3}, {16, 1, 3}});
    check_op<of(Extent{1, 2, 1}, Extent{2, 2, 1}, Extent{3, 2, 1}, Extent{4, 2, 1})>(
        {{1, 2, 1}, {2, 2, 1}, {3, 2, 1}, {4, 2, 1}});
}

}  // namespace concat_test
