#include "../support/golden_network.hpp"
#include "norma/norm/layer.hpp"

namespace golden_layer_test {

// In double too: golden_batch_test.cpp and golden_group_test.cpp.

TEST_CASE("the experiment's network, LayerNorm: ten steps as in PyTorch, in float") {
    check_golden_network<float, norma::LayerNorm>("layer", 1e-4);
}

}  // namespace golden_layer_test
