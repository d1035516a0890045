#include "norma/layers/activations.hpp"

#include <doctest/doctest.h>

#include "../support/numbers.hpp"
#include "../support/probe.hpp"

namespace relu_test {

using namespace norma;

static_assert(Layer<ReLU>);
static_assert(!NormPolicy<ReLU>);

TEST_CASE_TEMPLATE("ReLU: the positive part, and no gradient at 0 or below", T, float, double) {
    Probe<T, 2, Shape<5, 3, 2>, ReLU> probe;
    const std::vector<T> x = whole_numbers<T>(60, 1, 2);
    const std::vector<T> dy = whole_numbers<T>(60, 2);
    std::vector<T> y = x;
    std::vector<T> dx = dy;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] <= 0) y[i] = dx[i] = 0;
    }
    probe.set_images(x);
    probe.train(dy);
    CHECK(probe.y == y);
    CHECK(probe.dx == dx);
}

}  // namespace relu_test
