#include "../support/golden_network.hpp"
#include "norma/norm/none.hpp"

// The files hold floats, so that a network of doubles can agree to no more than their rounding.

TEST_CASE("the experiment's network, NoNorm: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::NoNorm>("none", 1e-4);
}

TEST_CASE("the experiment's network, NoNorm: ten steps as in PyTorch, in double") {
    check_golden_network<double, norma::NoNorm>("none", 2e-7);
}
