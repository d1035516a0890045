#include "norma/network/fold_norms.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "norma/norma.hpp"

namespace fold_norms_test {

using namespace norma;

namespace {
using Net = BasicNetwork<double, Shape<2, 3, 3>, Conv2d<3, 2>, BatchNorm, ReLU, Linear<2>>;
constexpr const auto& plan = Net::plan<evaluation_mode>;
constexpr const FusedNode& folded_node = plan.nodes[0];
constexpr const Node& convolution = Net::graph.nodes[0];
constexpr const Node& norm = Net::graph.nodes[1];
static_assert(folded_node.convolution == 0 && folded_node.norm == 1);
}  // namespace

TEST_CASE("a folded convolution has scaled weights and a bias behind the parameters; all else is copied") {
    Net net(1);
    BatchStatistics<double> statistics(Net::graph.statistics_size);
    for (int c = 0; c < 3; ++c) {
        net.parameters()[std::size_t(norm.weight_offset + c)] = 2 + c;
        net.parameters()[std::size_t(norm.bias_offset + c)] = 0.5 * c;
        statistics.mean[std::size_t(norm.statistics_offset + c)] = 3 - c;
        statistics.inverse[std::size_t(norm.statistics_offset + c)] = 0.25 * (c + 1);
    }
    std::vector<double> folded(std::size_t(plan.folded_size), -1);
    detail::fold_norms<double>(Net::graph.nodes, plan.nodes, Net::graph.parameters_size, net.parameters().data(),
                               statistics, folded.data());

    for (int i = 0; i < Net::graph.parameters_size; ++i) {
        const bool is_weight = i >= convolution.weight_offset && i < convolution.weight_offset + 2 * 2 * 2 * 3;
        const int c = is_weight ? int(i - convolution.weight_offset) % 3 : 0;
        const double scale = is_weight ? (2 + c) * 0.25 * (c + 1) : 1;
        CHECK(folded[std::size_t(i)] == doctest::Approx(scale * net.parameters()[std::size_t(i)]).epsilon(1e-15));
    }
    for (int c = 0; c < 3; ++c) {
        const double scale = (2 + c) * 0.25 * (c + 1);
        const double bias =
            convolution.facts.bias_count > 0 ? net.parameters()[std::size_t(convolution.bias_offset + c)] : 0;
        CHECK(folded[std::size_t(folded_node.bias_offset + c)] ==
              doctest::Approx((bias - (3 - c)) * scale + 0.5 * c).epsilon(1e-14));
    }
}

namespace {
/// The folded weight of the first node of `AnyNet`, whose norm's scales are 2, 3, 4, ….
template <class AnyNet>
std::vector<float> folded_weight() {
    constexpr const auto& p = AnyNet::template plan<evaluation_mode>;
    const Node& n = AnyNet::graph.nodes[1];
    AnyNet net(1);
    BatchStatistics<float> statistics(AnyNet::graph.statistics_size);
    for (int c = 0; c < n.facts.output.channels; ++c) {
        net.parameters()[std::size_t(n.weight_offset + c)] = float(2 + c);
        statistics.inverse[std::size_t(n.statistics_offset + c)] = 1;
    }
    for (int i = 0; i < p.nodes[0].facts.weight_count; ++i) {
        net.parameters()[std::size_t(p.nodes[0].weight_offset + i)] = float(i % 97);
    }
    std::vector<float> folded(std::size_t(p.folded_size), -1);
    detail::fold_norms<float>(AnyNet::graph.nodes, p.nodes, AnyNet::graph.parameters_size, net.parameters().data(),
                              statistics, folded.data());
    const auto begin = folded.begin() + p.nodes[0].weight_offset;
    return {begin, begin + p.nodes[0].facts.weight_count};
}
}  // namespace

TEST_CASE("weights are scaled by their output channel, in any number of channels and in a transposed convolution") {
    // ky × kx × input × output channels: the output channel is innermost.
    const auto wide = folded_weight<Network<Shape<3, 4, 4>, Conv2d<37, 2>, BatchNorm, Linear<2>>>();
    REQUIRE(wide.size() == 2 * 2 * 3 * 37);
    for (std::size_t i = 0; i < wide.size(); ++i) CHECK(wide[i] == float(i % 97) * float(2 + i % 37));
    // A transposed convolution has the weight of the convolution backwards: ky × kx × output × input channels.
    const auto transposed = folded_weight<Network<Shape<3, 4, 4>, ConvTranspose2d<5, 2>, BatchNorm, Linear<2>>>();
    REQUIRE(transposed.size() == 2 * 2 * 5 * 3);
    for (std::size_t i = 0; i < transposed.size(); ++i) CHECK(transposed[i] == float(i % 97) * float(2 + i / 3 % 5));
}

}  // namespace fold_norms_test
