#include "norma/training/metrics.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("metrics: a running mean weighs every sample the same") {
    RunningMean mean;
    CHECK(mean.samples() == 0);
    CHECK(mean.loss() == 0);
    CHECK(mean.accuracy() == 0);
    mean.add(1.0, true);
    mean.add(2.0, false);
    mean.add(6.0, false);
    mean.add(7.0, true);
    CHECK(mean.samples() == 4);
    CHECK(mean.loss() == 4.0);
    CHECK(mean.accuracy() == 50.0);
}

}  // namespace metrics_test
