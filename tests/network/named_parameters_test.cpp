#include "norma/network/named_parameters.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/message.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/block.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/shared.hpp"
#include "norma/norm/group.hpp"
#include "norma/testing/toy_batch.hpp"

namespace named_parameters_test {

using namespace norma;

namespace {

using Net = Network<Shape<2, 4, 5>, Block<3, 3, GroupNorm<3>>, Linear<2>>;

template <class T>
std::vector<std::string> names_of(const NamedTensors<T>& tensors) {
    std::vector<std::string> names;
    for (const auto& tensor : tensors) names.push_back(tensor.name);
    return names;
}

}  // namespace

TEST_CASE("named parameters: the network's own numbers, and copies in PyTorch's order") {
    Net net(1);
    const auto parameters = named_parameters(net);
    CHECK(names_of(parameters) ==
          std::vector<std::string>{"0.0.weight", "0.1.weight", "0.1.bias", "1.weight", "1.bias"});
    const auto& weight = parameters["0.0.weight"];
    CHECK(weight.shape == std::vector<std::int64_t>{3, 2, 3, 3});
    for (std::size_t i = 0; i < weight.numbers.size(); ++i) weight.numbers[i] = float(i);
    CHECK(net.parameters()[5] == 5);
    const std::vector<float> copy = weight.to_pytorch();
    for (std::size_t o = 0; o < 3; ++o) {
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t k = 0; k < 9; ++k) CHECK(copy[(o * 2 + i) * 9 + k] == float((k * 2 + i) * 3 + o));
        }
    }
    const Net& fixed = net;
    const auto readable = named_parameters(fixed);
    static_assert(std::is_same_v<decltype(readable.begin()->numbers), std::span<const float>>);
    CHECK(readable["0.0.weight"].numbers.data() == weight.numbers.data());
    CHECK(readable["1.weight"].shape == std::vector<std::int64_t>{2, 18});
    CHECK(message_of<DataError>([&] { readable["2.weight"]; }) ==
          "there is no parameter '2.weight'; there are 0.0.weight, 0.1.weight, 0.1.bias, 1.weight, 1.bias");
}

TEST_CASE("named gradients: those of an executor, as a linear layer has them by hand") {
    using Linears = Network<Shape<3, 1, 2>, Linear<4>>;
    const Linears net(1);
    Threads threads(2);
    Executor<Linears, training_mode> executor(threads, 5);
    const conformance::ToyBatch<float> batch(Linears::input_extent, 5, 3);
    executor.run(net, batch, [](int i, const float*, float* gradient) {
        for (int k = 0; k < 4; ++k) gradient[k] = float(i - 2 * k);
    });
    const auto gradients = named_gradients(executor);
    CHECK(names_of(gradients) == std::vector<std::string>{"0.weight", "0.bias"});
    const std::vector<float> weight = gradients["0.weight"].to_pytorch();
    for (std::size_t k = 0; k < 4; ++k) {
        float bias = 0;
        for (int i = 0; i < 5; ++i) bias += float(i) - 2 * float(k);
        CHECK(gradients["0.bias"].numbers[k] == bias);
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t x = 0; x < 2; ++x) {  // norma's samples have channels innermost
                double sum = 0;
                for (int i = 0; i < 5; ++i) sum += (i - 2.0 * double(k)) * double(batch.sample(i)[x * 3 + c]);
                CHECK(double(weight[k * 6 + c * 2 + x]) == doctest::Approx(sum).epsilon(1e-5).scale(1));
            }
        }
    }
    for (float& number : gradients["0.bias"].numbers) number = 0;
    CHECK(executor.gradient()[gradients["0.bias"].offset] == 0);
    CHECK(mentions(message_of<DataError>([&] { named_gradients<Linears>(executor.gradient().first(7)); }),
                   "gradients by name: an array of 7 numbers, but the network's parameters are "));
}

TEST_CASE("named parameters: a shared one is there once, under each of its names") {
    using Twice = Network<Shape<3, 4, 4>, Shared<"conv", Conv2d<3, 1>>, ReLU, Shared<"conv", Conv2d<3, 1>>, Linear<2>>;
    Twice net(1);
    const auto parameters = named_parameters(net);
    CHECK(parameters.size() == 3);
    CHECK(parameters["2.weight"].numbers.data() == parameters["0.weight"].numbers.data());
}

}  // namespace named_parameters_test
