#include "norma/training/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace metrics_test {

using namespace norma;

TEST_CASE("metrics: the confusion matrix counts true class against predicted class") {
    ConfusionMatrix matrix(3);
    CHECK(matrix.classes() == 3);
    matrix.add(0, 2);
    matrix.add(0, 2);
    matrix.add(2, 0);
    matrix.add(1, 1);
    CHECK(matrix(0, 2) == 2);
    CHECK(matrix(2, 0) == 1);
    CHECK(matrix(1, 1) == 1);
    CHECK(matrix(0, 0) == 0);
    CHECK(ConfusionMatrix().classes() == 0);
}

TEST_CASE("metrics: precision, recall, F1 and intersection over union of a class, by their definitions") {
    ConfusionMatrix matrix(3);
    for (int k = 0; k < 6; ++k) matrix.add(0, 0);
    for (int k = 0; k < 2; ++k) matrix.add(0, 1);
    for (int k = 0; k < 3; ++k) matrix.add(1, 0);
    matrix.add(1, 1);
    CHECK(matrix.precision(0) == doctest::Approx(6.0 / 9));
    CHECK(matrix.recall(0) == doctest::Approx(6.0 / 8));
    CHECK(matrix.f1(0) == doctest::Approx(12.0 / 17));
    CHECK(matrix.iou(0) == doctest::Approx(6.0 / 11));
    CHECK(matrix.f1(1) == doctest::Approx(2.0 / 7));
    CHECK(std::isnan(matrix.recall(2)));
    CHECK(std::isnan(matrix.f1(2)));
    CHECK(matrix.macro_f1() == doctest::Approx((12.0 / 17 + 2.0 / 7) / 2));
    CHECK(matrix.mean_iou() == doctest::Approx((6.0 / 11 + 1.0 / 6) / 2));
    CHECK(std::isnan(ConfusionMatrix(3).macro_f1()));
}

TEST_CASE("metrics: a running mean weighs samples of weight 1 the same") {
    RunningMean mean;
    CHECK(mean.samples() == 0);
    CHECK(mean.loss() == 0);
    CHECK(mean.figure() == 0);
    mean.add({{1, 1}, {100, 1}});
    mean.add({{2, 1}, {0, 1}});
    mean.add({{6, 1}, {0, 1}});
    mean.add({{7, 1}, {100, 1}});
    CHECK(mean.samples() == 4);
    CHECK(mean.loss() == 4.0);
    CHECK(mean.figure() == 50.0);
}

TEST_CASE("metrics: a running mean divides by the weights of its samples") {
    RunningMean mean;
    mean.add({{1, 0.5}, {3, 2}});
    mean.add({{0, 0}, {0, 0}});
    mean.add({{2, 1.5}, {3, 4}});
    CHECK(mean.samples() == 3);
    CHECK(mean.loss() == 1.5);
    CHECK(mean.figure() == 1);
}

}  // namespace metrics_test
