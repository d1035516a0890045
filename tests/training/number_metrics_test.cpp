#include "norma/training/number_metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

namespace number_metrics_test {

using namespace norma;

namespace {
/// Of samples of two outputs each, in one batch.
NumberEvaluation of(const std::vector<float>& output, const std::vector<float>& target) {
    const int samples = static_cast<int>(output.size() / 2);
    NumberMetrics metrics(nullptr, {2, 1, 1}, samples);
    RunningMean mean;
    const auto row = [](const std::vector<float>& of, int i) {
        return std::span<const float>(of).subspan(static_cast<std::size_t>(2 * i), 2);
    };
    for (int i = 0; i < samples; ++i) {
        metrics.take(i, row(output, i), row(target, i));
        metrics.add(i, row(target, i));
        mean.add({{0, 1}, NumberMetrics::measure(nullptr, row(output, i), row(target, i))});
    }
    return metrics.result(mean);
}
}  // namespace

TEST_CASE("number metrics: mean absolute error and R² by their definitions, also of targets far from 0") {
    for (const float far : {0.0f, 65536.0f}) {
        const std::vector<float> target{far + 1, 10, far + 2, 10, far + 6, 10},
            output{far + 2, 9, far + 2, 10, far + 4, 12};
        const NumberEvaluation result = of(output, target);
        CHECK(result.mean_absolute_error == 1);
        CHECK(result.r2 == doctest::Approx(1 - 5.0 / 14));  // the second output's targets are equal
        CHECK(result.predicted == std::vector<double>(output.begin(), output.end()));
        CHECK(result.figures()[0] == NamedFigure{"mean_absolute_error", 1});
    }
    CHECK(std::isnan(of({1, 2}, {1, 2}).r2));
}

}  // namespace number_metrics_test
