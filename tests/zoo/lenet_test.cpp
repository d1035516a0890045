#include "zoo/lenet.hpp"

#include "golden_zoo.hpp"

namespace lenet_test {

using namespace norma;

TEST_CASE("zoo: LeNet-5 is PyTorch's") { golden_zoo::check_network<zoo::LeNet5<>>("lenet5"); }

TEST_CASE("zoo: LeNet-5 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::LeNet5<>>("lenet5");
}

}  // namespace lenet_test
