#include "norma/network/predict.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <thread>
#include <vector>

#include "../support/gradient_check.hpp"
#include "../support/message.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/linear.hpp"
#include "norma/norm/batch.hpp"

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
    net.running_variance()[3] = 2.0f;
    const ToyBatch<float> batch(Net::input_extent, 3, 1);
    const auto expected = ReferenceNetwork<Net>().run(net, batch, evaluation_mode, 0, 0);
    for (int i = 0; i < 3; ++i) {
        CHECK(worst_error(predict(net, image(batch, i)), expected.logits[std::size_t(i)]) < 1e-5);
    }
}

TEST_CASE("predict: four threads at once read one network and get what one gets") {
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
