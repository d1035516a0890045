#include "norma/training/non_finite.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/relu.hpp"

using namespace norma;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

using Net = Network<Shape<2, 4, 4>, Conv2d<3, 3>, ReLU, Linear<2>>;
static_assert(Net::plan<training_mode>.stages.size() == 3);

}  // namespace

TEST_CASE_TEMPLATE("non-finite: found at any place, in arrays of any length", T, float, double) {
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<T> values(size, std::numeric_limits<T>::max());
        CHECK(all_finite<T>(values));
        for (std::size_t i = 0; i < size; ++i) {
            for (const float bad : {infinity, -infinity, no_number}) {
                values[i] = static_cast<T>(bad);
                CHECK_FALSE(all_finite<T>(values));
            }
            values[i] = -std::numeric_limits<T>::max();
        }
    }
}

TEST_CASE("non-finite: the probe remembers the earliest stage, and of that the first sample") {
    FirstNonFinite<float> probe;
    const std::vector<float> good{1, 2};
    const std::vector<float> bad{1, no_number};
    probe.made(-1, 0, good);
    CHECK(probe.stage == FirstNonFinite<float>::none);
    probe.made(3, 1, bad);
    probe.made(4, 0, bad);
    CHECK(probe.stage == 3);
    CHECK(probe.sample == 1);
    probe.made(3, 0, bad);
    probe.made(2, 5, good);
    CHECK(probe.stage == 3);
    CHECK(probe.sample == 0);
    probe.made(-1, 7, bad);
    CHECK(probe.stage == -1);
    CHECK(probe.sample == 7);
}

TEST_CASE("non-finite: parameters are looked through stage by stage, weights and biases") {
    Net net(1);
    const auto& stages = Net::plan<training_mode>.stages;
    CHECK(non_finite_stages<Net>(net.parameters()).first == -1);
    CHECK(non_finite_stages<Net>(net.parameters()).last == -1);
    net.parameters()[std::size_t(stages[2].bias_offset + 1)] = no_number;
    CHECK(non_finite_stages<Net>(net.parameters()).first == 2);
    net.parameters()[std::size_t(stages[0].weight_offset + stages[0].stage.weight_count() - 1)] = infinity;
    CHECK(non_finite_stages<Net>(net.parameters()).first == 0);
    CHECK(non_finite_stages<Net>(net.parameters()).last == 2);
    CHECK(layer_of<Net>(0) == "layer 1, Conv2d<3, 3>");
    CHECK(layer_of<Net>(2) == "layer 3, Linear<2>");
}

TEST_CASE("non-finite: the origin, where ReLU and others stand between it and the loss") {
    Threads threads(2);
    const ToyBatch<float> batch(Net::input_extent, 20, 1);
    Net net(1);
    const auto& stages = Net::plan<training_mode>.stages;
    CHECK(mentions(origin_of_non_finite(net, threads, batch, {}), "all that the layers make is finite"));
    ToyBatch<float> bad = batch;
    for (const int i : {19, 13}) std::fill_n(bad.sample(i), Net::input_extent.size(), 3e38f);
    for (int k = 0; k < stages[0].stage.weight_count(); ++k) net.parameters()[std::size_t(k)] = 2;
    CHECK(mentions(origin_of_non_finite(net, threads, bad, {}), "output of layer 1, Conv2d<3, 3>, for sample 13 of"));
    bad.sample(15)[0] = no_number;
    CHECK(mentions(origin_of_non_finite(net, threads, bad, {}), "the input, sample 15 of the batch, is not finite"));
    net.parameters()[std::size_t(stages[2].weight_offset)] = no_number;
    CHECK(mentions(origin_of_non_finite(net, threads, bad, {}), "a parameter of layer 3, Linear<2>, is not finite"));
}
