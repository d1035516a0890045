#include "norma/layers/prelu.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/conv2d.hpp"

namespace prelu_layer_test {

using namespace norma;

using PerChannel = PReLU<Slopes::per_channel>;
static_assert(Layer<PReLU<>> && Layer<PerChannel>);
static_assert(PReLU<>::name().view() == "PReLU");
static_assert(PerChannel::name().view() == "PReLU<slopes per channel>");
static_assert(PReLU<Slopes::one, Fraction{1, 8}>::name().view() == "PReLU<one slope, 1/8>");
static_assert(Network<Shape<4, 3, 2>, PReLU<>>::parameter_count == 1);
static_assert(Network<Shape<4, 3, 2>, PerChannel>::parameter_count == 4);

TEST_CASE_TEMPLATE("PReLU is PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 5, 7>, PReLU<>, Extent{1, 1, 1}, 1>("prelu");
    golden_layer::check<T, 2, Shape<19, 5, 7>, PerChannel, Extent{1, 1, 1}>("prelu_per_channel");
}

TEST_CASE("slopes begin with 1/4, or with the fraction of the type") {
    const Network<Shape<3, 2, 2>, Conv2d<3, 1>, PerChannel, PReLU<Slopes::one, Fraction{1, 8}>> network(5);
    const auto first = [&](std::size_t node) {
        return network.parameters()[std::size_t(network.graph.nodes[node].weight_offset)];
    };
    CHECK(first(1) == 0.25f);
    CHECK(first(2) == 0.125f);
}

}  // namespace prelu_layer_test
