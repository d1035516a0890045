#include "norma/training/pixel_metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

namespace pixel_metrics_test {

using namespace norma;

TEST_CASE("pixel metrics: accuracy, and the mean intersection over union of the classes that occur") {
    struct {
        int ignored = 255;
    } loss;
    const std::vector<float> logits{1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0};  // classes 0 1 0 0 1 of five pixels
    const std::vector<int> target{0, 1, 1, 255, 0};
    PixelMetrics metrics(loss, {3, 1, 5}, 1);
    const std::span<const float> output(logits);
    metrics.take(0, output, target);
    metrics.add(0, target);
    RunningMean mean;
    mean.add({{0, 4}, PixelMetrics::measure(loss, output, target)});
    const PixelEvaluation result = metrics.result(mean);
    CHECK(result.accuracy == 50);
    CHECK(result.confusion(0, 0) == 1);
    CHECK(result.confusion(0, 1) == 1);
    CHECK(result.confusion.iou(0) == doctest::Approx(1.0 / 3));
    CHECK(result.confusion.iou(1) == doctest::Approx(1.0 / 3));
    CHECK(std::isnan(result.confusion.iou(2)));
    CHECK(result.mean_iou() == doctest::Approx(1.0 / 3));
}

}  // namespace pixel_metrics_test
