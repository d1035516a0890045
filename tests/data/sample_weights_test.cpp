#include "norma/data/sample_weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace sample_weights_test {

using namespace norma;

TEST_CASE("samples are drawn in proportion to their weights, by seed and epoch alone") {
    const std::vector<double> weights{0, 1, 0, 3, 4, 0};
    const WeightedSampler sampler(weights, 6);
    std::vector<std::uint32_t> drawn(8000), again(8000);
    sampler.draw(1, 2, drawn);
    std::vector<int> count(6);
    for (const std::uint32_t sample : drawn) ++count.at(sample);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(std::abs(count[i] - 1000 * weights[i]) <= (weights[i] > 0 ? 160 : 0));
    }
    sampler.draw(1, 2, again);
    CHECK(again == drawn);
    sampler.draw(1, 3, again);
    CHECK(again != drawn);
    sampler.draw(2, 2, again);
    CHECK(again != drawn);
}

TEST_CASE("weights that say nothing are refused") {
    const auto refusal = [](const std::vector<double>& weights) {
        return message_of<OptionError>([&] { WeightedSampler(weights, 2); });
    };
    CHECK(refusal({0, 1e-300}).empty());
    CHECK(refusal({1}) == "sample weights: 1 for 2 samples; each needs one");
    CHECK(mentions(refusal({1, -0.5}), "that of sample 1 is -0.5", "not negative"));
    CHECK(mentions(refusal({std::numeric_limits<double>::quiet_NaN(), 1}), "that of sample 0 is nan"));
    CHECK(mentions(refusal({0, 0}), "their sum is 0"));
    CHECK(mentions(refusal({1.7e308, 1.7e308}), "their sum is inf"));
}

TEST_CASE("batches by balanced weights have all classes equally often") {
    TensorDataset<float, int> data{.shape = {1, 1, 1}, .classes = 3};
    for (int i = 0; i < 1000; ++i) {
        data.inputs.push_back(static_cast<float>(i));
        data.targets.push_back(i < 900 ? 0 : 2);
    }
    const std::vector<double> weights = balanced_weights(data);
    CHECK(weights[0] == doctest::Approx(1 / 900.0));
    CHECK(weights[999] == doctest::Approx(1 / 100.0));
    Batches batches(data, {.batch_size = 100, .seed = 4, .sample_weights = weights});
    CHECK(batches.size() == 1000);
    int rare = 0;
    for (int b = 0; b < batches.count(); ++b) {
        const auto batch = batches[b];
        for (int i = 0; i < batch.size(); ++i) rare += batch.target(i) == 2;
    }
    CHECK(std::abs(rare - 500) < 80);
    const std::string difference =
        difference_of_settings(Batches(data, {.shuffle = true, .seed = 4}).settings(),
                               Batches(data, {.shuffle = true, .seed = 4, .sample_weights = weights}).settings());
    CHECK(mentions(difference, "sample weights: none there, xxh64 "));
    CHECK(mentions(message_of<OptionError>([&] {
                       Batches(data, {.sample_weights = {1, 2}});
                   }),
                   "sample weights: 2 for 1000 samples"));
}

}  // namespace sample_weights_test
