#include "zoo/mlp.hpp"

#include "golden_zoo.hpp"

namespace mlp_test {

using namespace norma;

TEST_CASE("zoo: the MLP is PyTorch's") { golden_zoo::check_network<zoo::Mlp<>>("mlp"); }

TEST_CASE("zoo: the MLP exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::Mlp<>>("mlp");
}

}  // namespace mlp_test
