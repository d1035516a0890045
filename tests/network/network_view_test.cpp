#include "norma/network/network_view.hpp"

#include <doctest/doctest.h>

#include <string>

#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

namespace network_view_test {

using namespace norma;

TEST_CASE("network view: nodes, names, shape and numbers are the network's own") {
    using Net = Network<Shape<1, 4, 4>, Block<2, 3, BatchNorm>, Linear<3>>;
    Net net(1);
    const NetworkView<float> view = view_of(net);
    const auto& nodes = Net::graph.nodes;
    REQUIRE(view.nodes.size() == nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        CHECK(view.nodes[i].weight_offset == nodes[i].weight_offset);
        CHECK(view.nodes[i].layer == nodes[i].layer);
    }
    REQUIRE(view.layers.size() == 2);
    CHECK(std::string(view.layers[1].view()) == "Linear<3>");
    CHECK(view.input == Extent{1, 4, 4});
    CHECK(view.outputs == 3);
    CHECK(view.parameters.data() == net.parameters().data());
    CHECK(view.parameters.size() == net.parameters().size());
    CHECK(view.running_mean.data() == net.running_mean().data());
    CHECK(view.running_var.data() == net.running_var().data());
}

}  // namespace network_view_test
