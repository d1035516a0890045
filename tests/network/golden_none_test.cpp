#include "../support/golden_network.hpp"
#include "norma/norm/none.hpp"

namespace golden_none_test {

// In double too: golden_batch_test.cpp and golden_group_test.cpp.

TEST_CASE("the experiment's network, NoNorm: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::NoNorm>("none", 1e-4);
}

}  // namespace golden_none_test
