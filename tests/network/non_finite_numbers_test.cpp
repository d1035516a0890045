#include "norma/network/non_finite_numbers.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

namespace non_finite_numbers_test {

using namespace norma;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

using Net = Network<Shape<2, 4, 4>, Conv2d<3, 3>, ReLU, Linear<2>>;
static_assert(Net::graph.nodes.size() == 3);
}  // namespace

TEST_CASE("non-finite numbers: parameters are searched node by node, weights and biases") {
    Net net(1);
    const auto& nodes = Net::graph.nodes;
    CHECK(non_finite_nodes(view_of(net), net.parameters()).first == -1);
    CHECK(non_finite_nodes(view_of(net), net.parameters()).last == -1);
    net.parameters()[std::size_t(nodes[2].bias_offset + 1)] = no_number;
    CHECK(non_finite_nodes(view_of(net), net.parameters()).first == 2);
    net.parameters()[std::size_t(nodes[0].weight_offset + nodes[0].facts.weight_count - 1)] = infinity;
    CHECK(non_finite_nodes(view_of(net), net.parameters()).first == 0);
    CHECK(non_finite_nodes(view_of(net), net.parameters()).last == 2);
}

TEST_CASE("non-finite numbers: the first one in a network, parameters before running statistics") {
    using Net = Network<Shape<2, 4, 4>, Conv2d<3, 3>, BatchNorm, ReLU, Conv2d<4, 1>, BatchNorm, Linear<2>>;
    for (const float bad : {infinity, -infinity, no_number}) {
        Net net(1);
        CHECK(non_finite_number(net).empty());
        net.running_var()[std::size_t(Net::graph.nodes[4].statistics_offset + 3)] = bad;
        CHECK(non_finite_number(net) == "a running statistic of layer 5, BatchNorm");
        net.running_mean()[2] = bad;
        CHECK(non_finite_number(net) == "a running statistic of layer 2, BatchNorm");
        net.parameters()[std::size_t(Net::graph.nodes[5].bias_offset + 1)] = bad;
        CHECK(non_finite_number(net) == "a parameter of layer 6, Linear<2>");
    }
}

}  // namespace non_finite_numbers_test
