#include "norma/network/batch_statistics.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "norma/norm/batch.hpp"

namespace batch_statistics_test {

using namespace norma;

namespace {

// 2,048 samples of 1,024 × 1,024 are 2³¹ values a channel: one more than an int counts.
constexpr kernels::Pointwise large = normalisation<BatchNorm>({3, 1024, 1024});
static_assert(values_per_mean(2047, large) == 2146435072);
static_assert(values_per_mean(2048, large) == 2147483648);
static_assert(values_per_mean(1 << 30, large) == 1ll << 50);
static_assert(values_per_mean(1, normalisation<BatchNorm>({3, 1, 1})) == 1);

constexpr Node node_of(const kernels::Pointwise& norm, long long at) {
    Node node;
    node.op = ops::Norm{norm};
    node.facts = facts_of(node.op);
    node.statistics_offset = at;
    return node;
}

}  // namespace

TEST_CASE("statistics of a batch: mean, biased and unbiased variance, of samples and of their values") {
    constexpr kernels::Pointwise norm = normalisation<BatchNorm>({2, 1, 2});
    double count = 3;
    std::vector<double> mean{5, -1}, rest{0.25, 0}, squares{6, 12};  // 3 · 2 and 3 · 4
    BatchStatistics<double> statistics(4);
    statistics.take(node_of(norm, 2), 3, {&count, mean.data(), rest.data(), squares.data()});
    CHECK(statistics.mean[2] == 5.25);
    CHECK(statistics.mean[3] == -1);
    CHECK(statistics.unbiased[2] == doctest::Approx(2 * 6 / 5.).epsilon(1e-15));  // of six values
    CHECK(statistics.inverse[3] == doctest::Approx(0.5).epsilon(1e-5));
    CHECK(statistics.mean[0] == 0);  // of another norm
    CHECK(statistics.unbiased[1] == 0);
}

TEST_CASE("statistics of a batch of more values than an int counts") {
    float count = 2048;
    float mean[3] = {1, 2, 3}, rest[3] = {}, squares[3] = {2048, 4096, 6144};
    BatchStatistics<float> statistics(3);
    statistics.take(node_of(large, 0), 2048, {&count, mean, rest, squares});
    CHECK(statistics.unbiased[0] == 1);
    CHECK(statistics.unbiased[2] == 3);
    CHECK(statistics.inverse[1] == doctest::Approx(0.70710f).epsilon(1e-4));
}

}  // namespace batch_statistics_test
