#include "../support/golden_network.hpp"
#include "norma/norm/batch.hpp"

namespace golden_batch_test {

// The files hold floats, so that a network of doubles can agree to no more than their rounding.

TEST_CASE("the experiment's network, BatchNorm: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::BatchNorm>("batch", 1e-4);
}

TEST_CASE("the experiment's network, BatchNorm: ten steps as in PyTorch, in double") {
    check_golden_network<double, norma::BatchNorm>("batch", 2e-7);
}

}  // namespace golden_batch_test
