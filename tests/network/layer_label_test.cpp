#include "norma/network/layer_label.hpp"

#include <doctest/doctest.h>

#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

namespace layer_label_test {

using namespace norma;

TEST_CASE("layer label: the position from 1 and the name, by the layer or by one of its nodes") {
    using Net = Network<Shape<1, 4, 4>, Block<2, 3, BatchNorm>, ReLU, Linear<2>>;
    CHECK(layer_label<Net>(1) == "layer 1, Block<2, 3, BatchNorm>");
    CHECK(layer_label<Net>(2) == "layer 2, ReLU");
    const auto& nodes = Net::graph.nodes;
    const Net net(1);
    const NetworkView<float> view = view_of(net);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        CHECK(layer_of(view, int(i)) == layer_label<Net>(nodes[i].layer));
    }
    CHECK(layer_of(view, int(nodes.size()) - 1) == "layer 3, Linear<2>");
}

}  // namespace layer_label_test
