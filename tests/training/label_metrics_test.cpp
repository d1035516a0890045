#include "norma/training/label_metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace label_metrics_test {

using namespace norma;

TEST_CASE("label metrics: accuracy and F1 of labels, by their definitions") {
    const std::vector<float> logits{1, -1, -1, 2, 3, -1, -1, -1, -1}, target{1, 0, 0, 0, 1, 0, 1, 1, 0};
    LabelMetrics metrics(nullptr, {3, 1, 1}, 2);
    RunningMean mean;
    for (const int i : {0, 1, 2}) {  // batches of two and of one
        const auto row = [&](const std::vector<float>& of) {
            return std::span<const float>(of).subspan(static_cast<std::size_t>(3 * i), 3);
        };
        metrics.take(i % 2, row(logits), row(target));
        metrics.add(i % 2, row(target));
        mean.add({{0, 1}, LabelMetrics::measure(nullptr, row(logits), row(target))});
    }
    const LabelEvaluation result = metrics.result(mean);
    CHECK(result.accuracy == doctest::Approx(100.0 * 6 / 9));
    CHECK(result.labels[0].true_positives == 1);
    CHECK(result.labels[0].false_positives == 1);
    CHECK(result.labels[0].false_negatives == 1);
    CHECK(result.labels[0].f1() == 0.5);
    CHECK(result.labels[1].f1() == doctest::Approx(2.0 / 3));
    CHECK(std::isnan(result.labels[2].f1()));
    CHECK(result.macro_f1() == doctest::Approx((0.5 + 2.0 / 3) / 2));
    CHECK(result.micro_f1() == doctest::Approx(4.0 / 7));
    CHECK(result.predicted[3] == doctest::Approx(1 / (1 + std::exp(-2.0))));
}

TEST_CASE("label metrics: accuracy and F1 have the same rule for a logit near 0, and pixels of a label are one label") {
    const std::vector<float> logits{1e-20f, -1, 0, 1}, target{1, 0, 0, 1};  // two pixels of two labels
    LabelMetrics metrics(nullptr, {2, 1, 2}, 1);
    RunningMean mean;
    metrics.only_figures();
    metrics.take<float>(0, logits, target);
    metrics.add(0, target);
    mean.add({{0, 1}, LabelMetrics::measure<std::nullptr_t, float>(nullptr, logits, target)});
    const LabelEvaluation result = metrics.result(mean);
    CHECK(result.accuracy == 100);
    CHECK(result.labels.size() == 2);
    CHECK(result.macro_f1() == 1);
    CHECK(result.predicted.empty());
}

}  // namespace label_metrics_test
