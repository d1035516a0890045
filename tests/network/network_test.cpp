#include "norma/network/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ratio>
#include <type_traits>

#include "../support/experiment.hpp"
#include "../support/gradient_check.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/dropout.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/pool.hpp"
#include "norma/layers/residual.hpp"
#include "norma/norm/batch.hpp"
#include "norma/norm/group.hpp"
#include "norma/norm/layer.hpp"
#include "norma/norm/none.hpp"

namespace network_test {

using namespace norma;

namespace {

static_assert(Experiment<BatchNorm>::parameter_count == 37'108);
static_assert(Experiment<GroupNorm<2>>::parameter_count == 37'108);
static_assert(Experiment<LayerNorm>::parameter_count == 138'324);
static_assert(Experiment<NoNorm>::parameter_count == 36'692);
static_assert(Experiment<BatchNorm>::multiply_adds == 4'175'972);
static_assert(Experiment<LayerNorm>::multiply_adds == 4'175'972);
static_assert(Experiment<BatchNorm>::outputs == 10);
static_assert(Experiment<BatchNorm>::input_extent == Extent{3, 32, 32});
static_assert(Experiment<BatchNorm>::output_extent == Extent{10, 1, 1});
static_assert(Experiment<BatchNorm>::over_batch);
static_assert(!Experiment<GroupNorm<2>>::over_batch && !Experiment<LayerNorm>::over_batch);
static_assert(Experiment<BatchNorm>::plan<training_mode>.segments == 9);
static_assert(Experiment<BatchNorm>::plan<evaluation_mode>.segments == 1);
static_assert(Experiment<BatchNorm>::activation_bytes_per_sample > 0);
static_assert(Experiment<GroupNorm<2>>::activation_bytes_per_sample == 0);
static_assert(Experiment<BatchNorm>::graph.statistics_size == 3 * 16 + 5 * 32);

using Small = Network<Shape<3, 5, 5>, Conv2d<4, 3, 1, 0, Bias::yes>, BatchNorm, ReLU, Linear<2>>;
static_assert(std::is_same_v<Small::Scalar, float>);
static_assert(std::is_same_v<Small::Rebind<double>::Scalar, double>);
static_assert(Small::parameter_count == 4 * 27 + 4 + 8 + 4 * 9 * 2 + 2);

}  // namespace

TEST_CASE("network: initial weights are PyTorch's defaults, and the same for the same seed") {
    const Small net(7);
    const Small same(7);
    const Small other(8);
    CHECK(same_bits<float>(net.parameters(), same.parameters()));
    CHECK_FALSE(same_bits<float>(net.parameters(), other.parameters()));

    const auto& nodes = Small::graph.nodes;
    const auto largest = [&](long long offset, int count) {
        float most = 0;
        for (long long i = offset; i < offset + count; ++i)
            most = std::max(most, std::abs(net.parameters()[std::size_t(i)]));
        return most;
    };
    const auto between = [](float value, double low, double high) { return value > low && value <= high; };
    const double bound = 1 / std::sqrt(27.0);  // a convolution's 3·3·3 inputs
    CHECK(between(largest(nodes[0].weight_offset, 108), 0.9 * bound, bound));
    CHECK(between(largest(nodes[0].bias_offset, 4), 0.3 * bound, bound));
    for (int c = 0; c < 4; ++c) {
        CHECK(net.parameters()[std::size_t(nodes[1].weight_offset + c)] == 1.0f);
        CHECK(net.parameters()[std::size_t(nodes[1].bias_offset + c)] == 0.0f);
    }
    const double linear = 1 / std::sqrt(36.0);
    CHECK(between(largest(nodes[3].weight_offset, 72), 0.9 * linear, linear));

    for (const float m : net.running_mean()) CHECK(m == 0.0f);
    for (const float v : net.running_var()) CHECK(v == 1.0f);
    CHECK(net.tracked_batches() == 0);
}

TEST_CASE("network: the gaps between parameters are zero") {
    const Small net(7);
    double all = 0;
    double learned = 0;
    for (const float w : net.parameters()) all += std::abs(w);
    for (const std::size_t at : ReferenceNetwork<Small>().learned()) learned += std::abs(net.parameters()[at]);
    CHECK(all == doctest::Approx(learned));
    for (const Node& node : Small::graph.nodes) {
        CHECK(node.weight_offset % 16 == 0);
        CHECK(node.bias_offset % 16 == 0);
    }
    CHECK(reinterpret_cast<std::uintptr_t>(net.parameters().data()) % alignment == 0);
}

TEST_CASE("network: a copy is independent of the original") {
    Small net(7);
    Small copy = net;
    copy.parameters()[0] = 5;
    copy.running_mean()[0] = 5;
    copy.set_tracked_batches(3);
    CHECK(net.parameters()[0] != 5);
    CHECK(net.running_mean()[0] == 0);
    CHECK(net.tracked_batches() == 0);
}

}  // namespace network_test
