#include "norma/data/sample_weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
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

namespace {
/// One sample that is read with a seed, which is its only number.
struct Seeded {
    using Element = std::uint8_t;
    std::vector<double> mean{0}, stddev{1};
    std::string source = "seeds";
    std::size_t size() const { return 3; }
    Extent extent() const { return {1, 1, 1}; }
    int target(std::size_t) const { return 0; }
    void validate() const {}
    std::uint64_t hash() const { return 0; }
    void read(std::size_t, std::uint64_t seed, int, std::uint8_t* out) const { *out = static_cast<std::uint8_t>(seed); }
};
/// A transform whose only effect is a random number.
struct Noise {
    std::vector<Setting> settings() const { return {}; }
    template <class T>
    void apply(const SampleName& name, const SampleValues<T>& sample) const {
        for (T& value : sample.values) value = T(name.random().uniform());
    }
};
}  // namespace

TEST_CASE(
    "a sample that is drawn again in an epoch is read and changed in another way, and the first time as without "
    "weights") {
    const Seeded data;
    const auto loaded = [](const auto& batches) {
        std::vector<float> values(3);
        for (int i = 0; i < 3; ++i) batches[0].load(i, &values[static_cast<std::size_t>(i)]);
        return values;
    };
    const BatchOptions weighted{.seed = 5, .sample_weights = {0, 1, 0}};
    const std::vector<float> read = loaded(Batches(data, weighted)), changed = loaded(Batches(data, weighted, Noise{}));
    for (const std::vector<float>& values : {read, changed}) {
        CHECK(std::set<float>(values.begin(), values.end()).size() == 3);
    }
    CHECK(read[0] == loaded(Batches(data, {.seed = 5}))[1]);
    CHECK(changed[0] == loaded(Batches(data, {.seed = 5}, Noise{}))[1]);
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
