#include "norma/network/predictor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "norma/norma.hpp"

namespace predictor_test {

using namespace norma;

namespace {

template <class Norm>
using Net = Network<Shape<3, 8, 8>, Block<8, 3, Norm>, ConvTranspose2d<5, 2>, Norm, ReLU, Linear<10>>;

std::span<const float> image(const ToyBatch<float>& batch, int i) { return {batch.sample(i), 3 * 8 * 8}; }

/// The outputs of all samples, one after another, by an executor.
template <class AnyNet>
std::vector<float> evaluated(const AnyNet& net, const ToyBatch<float>& batch) {
    Threads threads(2);
    Executor<AnyNet, evaluation_mode> executor(threads, batch.size());
    std::vector<float> outputs(std::size_t(batch.size() * AnyNet::outputs));
    executor.run(net, batch, [&](int i, const float* z, float*) {
        std::copy_n(z, AnyNet::outputs, outputs.begin() + i * AnyNet::outputs);
    });
    return outputs;
}

template <class AnyNet>
std::vector<float> predicted(Predictor<AnyNet>& predictor, const ToyBatch<float>& batch) {
    std::vector<float> outputs;
    for (int i = 0; i < batch.size(); ++i) {
        const auto z = predictor(image(batch, i));
        outputs.insert(outputs.end(), z.begin(), z.end());
    }
    return outputs;
}

template <class Norm>
void compare() {
    const ToyBatch<float> batch(Net<Norm>::input_extent, 5, 1);
    auto first = std::make_unique<Net<Norm>>(1);
    Net<Norm> second(2);
    if constexpr (Net<Norm>::over_batch) second.running_var()[3] = 2;
    const std::vector<float> of_first = evaluated(*first, batch), of_second = evaluated(second, batch);
    REQUIRE(of_first != of_second);

    Predictor<Net<Norm>> predictor(*first);
    CHECK(predicted(predictor, batch) == of_first);
    CHECK(std::ranges::equal(predict(*first, image(batch, 3)), predictor(image(batch, 3))));
    // It has copies of all numbers.
    for (float& number : first->parameters()) number = std::numeric_limits<float>::quiet_NaN();
    first.reset();
    CHECK(predicted(predictor, batch) == of_first);
    predictor.update(second);
    CHECK(predicted(predictor, batch) == of_second);

    std::optional<Predictor<Net<Norm>>> moved(std::move(predictor));
    CHECK(predicted(*moved, batch) == of_second);
    CHECK(moved->memory() > second.parameters().size_bytes());
}

}  // namespace

TEST_CASE("predictor: the bits of an executor and of predict, whatever becomes of the network") {
    compare<BatchNorm>();
    compare<GroupNorm<1>>();
    compare<NoNorm>();
}

TEST_CASE("predictor: the bits of an executor that takes blocks of samples") {
    using Wide = Network<Shape<3, 8, 8>, Conv2d<128, 3>, BatchNorm, ReLU, Conv2d<256, 3>, BatchNorm, ReLU,
                         Conv2d<256, 3, 1, 1>, ReLU, Linear<10>>;
    static_assert(Wide::plan<evaluation_mode>.block > 1);
    const Wide net(1);
    const ToyBatch<float> batch(Wide::input_extent, 9, 1);
    Predictor<Wide> predictor(net);
    CHECK(predicted(predictor, batch) == evaluated(net, batch));
}

TEST_CASE("predictor: what is refused changes nothing") {
    using AnyNet = Net<BatchNorm>;
    const ToyBatch<float> batch(AnyNet::input_extent, 2, 1);
    const AnyNet net(1);
    Predictor<AnyNet> predictor(net);
    const std::vector<float> expected = predicted(predictor, batch);

    AnyNet bad(2);
    bad.parameters()[7] = std::numeric_limits<float>::infinity();
    CHECK(mentions(message_of<DataError>([&] { predictor.update(bad); }), "a parameter of layer 1", "not finite"));
    CHECK(mentions(message_of<DataError>([&] { Predictor<AnyNet>{bad}; }), "a parameter of layer 1", "not finite"));
    CHECK(predicted(predictor, batch) == expected);

    CHECK(mentions(message_of<DataError>([&] { predictor(std::vector<float>(5)); }), "5 numbers", "takes 192"));
    std::vector<float> picture(image(batch, 0).begin(), image(batch, 0).end());
    picture[100] = std::numeric_limits<float>::quiet_NaN();
    CHECK(mentions(message_of<DataError>([&] { predictor(picture); }), "the image holds nan", "correct the data"));
    CHECK(predicted(predictor, batch) == expected);

    bad = AnyNet(1);
    for (float& number : bad.parameters()) number *= 1e25f;
    predictor.update(bad);
    CHECK(mentions(message_of<DataError>([&] { predictor(image(batch, 0)); }), "not finite", "in the output of layer"));
    predictor.update(net);
    CHECK(predicted(predictor, batch) == expected);
}

}  // namespace predictor_test
