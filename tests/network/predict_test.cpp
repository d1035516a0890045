#include "norma/network/predict.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <thread>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

namespace predict_test {

using namespace norma;

namespace {
using Net = Network<Shape<3, 8, 8>, Block<8, 3, BatchNorm>, Linear<10>>;

std::span<const float> image(const ToyBatch<float>& batch, int i) {
    return {batch.sample(i), std::size_t(Net::input_extent.size())};
}
}  // namespace

TEST_CASE("predict: the logits of evaluation, by the running statistics") {
    Net net(1);
    net.running_mean()[2] = 0.5f;
    net.running_var()[3] = 2.0f;
    const ToyBatch<float> batch(Net::input_extent, 3, 1);
    const auto expected = ReferenceNetwork<Net>().run(net, batch, evaluation_mode, 0, 0);
    for (int i = 0; i < 3; ++i) {
        CHECK(worst_error(predict(net, image(batch, i)), expected.logits[std::size_t(i)]) < 1e-5);
    }
}

TEST_CASE("predict: the logits of a whole batch, with the bits of each sample's") {
    Net net(1);
    net.running_mean()[2] = 0.5f;
    Threads threads(2);
    const ToyBatch<float> batch(Net::input_extent, 11, 1);
    const std::vector<float> all = predict(net, batch, threads);
    REQUIRE(all.size() == 110);
    for (std::size_t i = 0; i < 11; ++i) {
        const auto alone = predict(net, image(batch, int(i)));
        CHECK(std::ranges::equal(alone, std::span(all).subspan(10 * i, 10)));
    }
}

TEST_CASE("predict: a batch that is empty, has a bad sample or makes numbers too large is refused") {
    Net net(1);
    Threads threads(2);
    ToyBatch<float> batch(Net::input_extent, 3, 1);
    CHECK(mentions(message_of<DataError>([&] { predict(net, ToyBatch<float>(Net::input_extent, 0, 1), threads); }),
                   "0 samples"));
    batch.sample(1)[4] = std::numeric_limits<float>::quiet_NaN();
    CHECK(mentions(message_of<DataError>([&] { predict(net, batch, threads); }),
                   "predict: sample 1 of the batch holds ", "at row 0, column 1, channel 1"));
    batch.sample(1)[4] = 0;
    for (float& w : net.parameters()) w *= 1e30f;
    CHECK(
        message_of<DataError>([&] { predict(net, batch, threads); }) ==
        "predict: the first value that is not finite is in the output of layer 1, Block<8, 3, BatchNorm>, for sample 0 "
        "of the batch; the network's numbers are too large");
    net.parameters()[0] = std::numeric_limits<float>::infinity();
    CHECK(mentions(message_of<DataError>([&] { predict(net, batch, threads); }), "a parameter of layer 1"));
}

TEST_CASE("predict: four threads can use one network at the same time, with the same results") {
    const Net net(1);
    constexpr int samples = 32;
    const ToyBatch<float> batch(Net::input_extent, samples, 1);
    using Logits = std::array<float, 10>;
    std::vector<Logits> alone;
    for (int i = 0; i < samples; ++i) alone.push_back(predict(net, image(batch, i)));

    std::array<std::vector<Logits>, 4> together;
    std::vector<std::thread> threads;
    for (auto& mine : together) {
        threads.emplace_back([&] {
            for (int i = 0; i < samples; ++i) mine.push_back(predict(net, image(batch, i)));
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& mine : together) CHECK(mine == alone);
}

TEST_CASE("predict: an image of another size is refused with both sizes") {
    const Net net(1);
    const std::vector<float> small(100);
    CHECK(mentions(message_of<DataError>([&] { predict(net, small); }), "100 numbers", "takes 192"));
}

TEST_CASE("predict: the message for an image of another size has the order of the axes") {
    using Wide = Network<Shape<3, 2, 5>, Linear<2>>;
    const Wide net(1);
    CHECK(mentions(message_of<DataError>([&] { predict(net, std::vector<float>(7)); }), "7 numbers", "takes 30",
                   "height x width x channels, 2 x 5 x 3, channels innermost"));
}

TEST_CASE("predict: an image may be a vector, an array or a span, const or not") {
    const Net net(1);
    const ToyBatch<float> batch(Net::input_extent, 1, 1);
    const auto expected = predict(net, image(batch, 0));
    std::vector<float> vector(image(batch, 0).begin(), image(batch, 0).end());
    const std::vector<float> fixed = vector;
    std::array<float, 192> array{};
    std::ranges::copy(vector, array.begin());
    const std::array<float, 192> fixed_array = array;
    const std::span<float> span(vector);
    CHECK(predict(net, vector) == expected);
    CHECK(predict(net, fixed) == expected);
    CHECK(predict(net, array) == expected);
    CHECK(predict(net, fixed_array) == expected);
    CHECK(predict(net, span) == expected);
    CHECK(predict(net, std::span<const float, 192>(array)) == expected);
}

TEST_CASE("predict: a network with a number that is not finite is refused by the layer's name") {
    const ToyBatch<float> batch(Net::input_extent, 1, 1);
    const auto refused = [&](const Net& net) { return message_of<DataError>([&] { predict(net, image(batch, 0)); }); };
    const auto& nodes = Net::graph.nodes;
    CHECK(refused(Net(1)).empty());
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Net net(1);
        net.parameters()[std::size_t(nodes.back().bias_offset + 3)] = bad;
        CHECK(mentions(refused(net), "a parameter of layer 2, Linear<10>, is not finite"));
        net = Net(1);
        net.parameters()[7] = bad;  // ReLU lets none of it through where it is no number
        CHECK(mentions(refused(net), "a parameter of layer 1, Block<8, 3, BatchNorm>, is not finite"));
        net = Net(1);
        net.running_var()[7] = bad;
        CHECK(mentions(refused(net), "a running statistic of layer 1, Block<8, 3, BatchNorm>, is not finite"));
        net = Net(1);
        net.running_mean()[0] = -bad;
        CHECK(mentions(refused(net), "a running statistic of layer 1"));
    }
    Net net(1);
    for (const Node& node : nodes) {
        if (node.facts.multiply_adds == 0) continue;  // the convolution and the linear layer
        for (float& w : net.parameters().subspan(std::size_t(node.weight_offset), std::size_t(node.facts.weight_count)))
            w *= 1e25f;
    }
    CHECK(mentions(refused(net), "the first value that is not finite is in the output of layer 2, Linear<10>"));
}

TEST_CASE("predict: an image with a number that is not finite or too large is refused, and the message has its place") {
    const Net net(1);
    const ToyBatch<float> batch(Net::input_extent, 1, 1);
    std::vector<float> bad(image(batch, 0).begin(), image(batch, 0).end());
    bad[(2 * 8 + 5) * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(mentions(message_of<DataError>([&] { predict(net, bad); }), "the image holds",
                   "nan at row 2, column 5, channel 1", "not finite; correct the data"));
    bad[(2 * 8 + 5) * 3 + 1] = -1e20f;
    CHECK(mentions(message_of<DataError>([&] { predict(net, bad); }), "-1e+20 at row 2", "too large", "4.5035996e+15"));
    bad[(2 * 8 + 5) * 3 + 1] = 4.5e15f;
    CHECK_NOTHROW(predict(net, bad));
}

}  // namespace predict_test
