#include "norma/data/mixup.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace mixup_test {

using namespace norma;

namespace {
/// The largest difference of the distribution of 20,000 draws from `cdf` at nine places.
template <class Cdf>
double distance(double alpha, const Cdf& cdf) {
    RandomSequence random({7, Purpose::augmentation, 0, 0, 9});
    std::vector<double> draws(20000);
    for (double& draw : draws) draw = detail::draw_beta(random, alpha);
    double most = 0;
    for (int k = 1; k < 10; ++k) {
        const double x = 0.1 * k;
        const auto below = std::ranges::count_if(draws, [&](double draw) { return draw <= x; });
        most = std::max(most, std::abs(double(below) / double(draws.size()) - cdf(x)));
    }
    return most;
}
}  // namespace

TEST_CASE("shares have the distribution Beta(alpha, alpha)") {
    constexpr double bound = 0.014;  // four standard deviations
    CHECK(distance(1, [](double x) { return x; }) < bound);
    CHECK(distance(0.5, [](double x) { return 2 / std::numbers::pi * std::asin(std::sqrt(x)); }) < bound);
    CHECK(distance(2, [](double x) { return 3 * x * x - 2 * x * x * x; }) < bound);
    CHECK(distance(3, [](double x) { return x * x * x * (10 + x * (6 * x - 15)); }) < bound);
    for (const double alpha : {0.001, 0.2, 1000.0}) {
        double sum = 0, squares = 0;
        RandomSequence random({7, Purpose::augmentation, 1, 0, 9});
        for (int i = 0; i < 20000; ++i) {
            const double share = detail::draw_beta(random, alpha);
            REQUIRE((share >= 0 && share <= 1));
            sum += share;
            squares += (share - 0.5) * (share - 0.5);
        }
        const double variance = 1 / (4 * (2 * alpha + 1));
        CHECK(std::abs(sum / 20000 - 0.5) < 4 * std::sqrt(variance / 20000));
        CHECK(squares / 20000 == doctest::Approx(variance).epsilon(0.05));
    }
}

TEST_CASE("mixup: numbers and classes of two samples of the epoch in the same shares") {
    TensorDataset<float, int> data{.shape = {2, 1, 3}, .classes = 50};
    for (int i = 0; i < 50; ++i) {
        for (int k = 0; k < 6; ++k) data.inputs.push_back(static_cast<float>(1 << k) + static_cast<float>(100 * i));
        data.targets.push_back(i);
    }
    Batches batches(data, {.batch_size = 50, .shuffle = true, .seed = 3}, Mixup{0.5});
    static_assert(std::is_same_v<decltype(batches)::Target, MixedClass>);
    std::vector<int> partners(50);
    std::vector<float> shares;
    for (const int epoch : {0, 1}) {
        batches.start_epoch(epoch);
        const auto batch = batches[0];
        for (int i = 0; i < 50; ++i) {
            const MixedClass target = batch.target(i);
            std::vector<float> sample(6);
            batch.load(i, sample.data());
            CHECK(target.first == static_cast<int>(batch.index_of(i)));
            REQUIRE((target.share >= 0 && target.share <= 1));
            const double share = double{target.share};
            const double centre = 100 * (share * target.first + (1 - share) * target.second);
            for (int k = 0; k < 6; ++k) {
                CHECK(std::abs(double{sample[std::size_t(k)]} - double(1 << k) - centre) < 0.01);
            }
            ++partners[std::size_t(target.second)];
            shares.push_back(target.share);
        }
    }
    CHECK(std::ranges::count(partners, 0) < 20);  // 7 are expected
    CHECK(shares[0] != shares[50]);
    CHECK(mentions(message_of<OptionError>([&] { Batches(data, {}, Mixup{0}); }), "mixup alpha: 0 is not in 0.001"));
}

}  // namespace mixup_test
