#include "../support/golden_network.hpp"
#include "norma/norm/group.hpp"

namespace golden_group_test {

// The files hold floats, so that a network of doubles can agree to no more than their rounding.

TEST_CASE("the experiment's network, GroupNorm<2>: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::GroupNorm<2>>("group2", 1e-4);
}

TEST_CASE("the experiment's network, GroupNorm<2>: ten steps as in PyTorch, in double") {
    check_golden_network<double, norma::GroupNorm<2>>("group2", 2e-7);
}

}  // namespace golden_group_test
