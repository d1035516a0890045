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
