#include "norma/training/class_metrics.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>

namespace class_metrics_test {

using namespace norma;

TEST_CASE("class metrics: the first of equal logits is predicted, and the rank of the truth tells top-k accuracy") {
    const std::array<std::array<float, 4>, 3> logits{{{1, 3, 3, 2}, {1, 3, 3, 2}, {4, 0, 0, 0}}};
    const std::array<int, 3> labels{2, 0, 0};
    ClassMetrics metrics(nullptr, {4, 1, 1}, 3);
    RunningMean mean;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::span<const float> of_sample(logits[i]);
        metrics.take(static_cast<int>(i), of_sample, labels[i]);
        mean.add({{1, 1}, ClassMetrics::measure(nullptr, of_sample, labels[i])});
    }
    for (int i = 0; i < 3; ++i) metrics.add(i, labels[static_cast<std::size_t>(i)]);
    const Evaluation result = metrics.result(mean);
    CHECK(result.predicted == std::vector<int>{1, 1, 0});
    CHECK(result.rank == std::vector<int>{1, 3, 0});
    CHECK(result.confidence[2] == doctest::Approx(std::exp(4) / (std::exp(4) + 3)));
    CHECK(result.accuracy == doctest::Approx(100.0 / 3));
    CHECK(result.top(1) == result.accuracy);
    CHECK(result.top(2) == doctest::Approx(200.0 / 3));
    CHECK(result.top(4) == 100);
    CHECK(result.confusion(2, 1) == 1);
    CHECK(std::isnan(Evaluation{}.top(1)));
}

}  // namespace class_metrics_test
