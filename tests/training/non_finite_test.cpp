#include "norma/training/non_finite.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/network/executor.hpp"

namespace non_finite_test {

using namespace norma;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

using Net = Network<Shape<2, 4, 4>, Conv2d<3, 3>, ReLU, Linear<2>>;
static_assert(Net::graph.nodes.size() == 3);

}  // namespace

TEST_CASE("non-finite: the origin, where ReLU and others stand between it and the loss") {
    Threads threads(2);
    const ToyBatch<float> batch(Net::input_extent, 20, 1);
    Net net(1);
    const auto& nodes = Net::graph.nodes;
    Executor<Net, training_mode> executor(threads, batch.size());
    const auto loss_of = [](int, const float*, float* gradient) { std::fill_n(gradient, Net::outputs, 0.0f); };
    const auto origin = [&](const ToyBatch<float>& of) {
        return origin_of_non_finite(view_of(net),
                                    [&](FirstNonFinite& first) { executor.run(net, of, loss_of, {}, &first); });
    };
    CHECK(mentions(origin(batch), "the outputs of all layers are finite"));
    ToyBatch<float> bad = batch;
    for (const int i : {19, 13}) std::fill_n(bad.sample(i), Net::input_extent.size(), 3e38f);
    for (int k = 0; k < nodes[0].facts.weight_count; ++k) net.parameters()[std::size_t(k)] = 2;
    CHECK(mentions(origin(bad), "output of layer 1, Conv2d<3, 3>, for sample 13 of"));
    bad.sample(15)[0] = no_number;
    CHECK(mentions(origin(bad), "the input, sample 15 of the batch, is not finite"));
    net.parameters()[std::size_t(nodes[2].weight_offset)] = no_number;
    CHECK(mentions(origin(bad), "a parameter of layer 3, Linear<2>, is not finite"));
}

}  // namespace non_finite_test
