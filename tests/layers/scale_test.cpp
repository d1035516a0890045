#include "norma/layers/scale.hpp"

#include <doctest/doctest.h>

#include "golden_layer.hpp"
#include "norma/layers/conv2d.hpp"

namespace scale_test {

using namespace norma;

static_assert(Layer<Scale<Fraction{1, 2}>> && Layer<LayerScale<>>);
static_assert(Scale<Fraction{-1, 2}>::name().view() == "Scale<-1/2>");
static_assert(LayerScale<>::name().view() == "LayerScale<1/1000000>");
static_assert(Network<Shape<4, 3, 2>, Scale<Fraction{1, 2}>>::parameter_count == 0);
static_assert(Network<Shape<4, 3, 2>, LayerScale<>>::parameter_count == 4);

TEST_CASE_TEMPLATE("scales are PyTorch's", T, float, double) {
    golden_layer::check<T, 2, Shape<3, 7, 10>, Scale<Fraction{3, 16}>>("scale");
    golden_layer::check<T, 2, Shape<19, 5, 7>, LayerScale<>, Extent{1, 1, 1}>("layer_scale");
}

TEST_CASE("the weights of a layer scale begin with its fraction, at any seed") {
    const Network<Shape<3, 2, 2>, Conv2d<3, 1>, LayerScale<Fraction{1, 8}>> network(5);
    const Node& node = network.graph.nodes[1];
    for (std::size_t c = 0; c < 3; ++c) CHECK(network.parameters()[std::size_t(node.weight_offset) + c] == 0.125f);
}

}  // namespace scale_test
