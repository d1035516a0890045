#include "../support/golden_network.hpp"
#include "norma/norm/layer.hpp"

// The files hold floats, so that a network of doubles can agree to no more than their rounding.

TEST_CASE("the experiment's network, LayerNorm: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::LayerNorm>("layer", 1e-4);
}

TEST_CASE("the experiment's network, LayerNorm: ten steps as in PyTorch, in double") {
    check_golden_network<double, norma::LayerNorm>("layer", 2e-7);
}
