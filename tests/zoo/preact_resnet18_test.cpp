#include "zoo/preact_resnet.hpp"

#include "golden_zoo.hpp"

namespace preact_resnet18_test {

using namespace norma;

TEST_CASE("zoo: pre-activation ResNet-18 is PyTorch's") {
    golden_zoo::check_network<zoo::PreActResNet18<BatchNorm, Shape<3, 16, 16>>>("preact_resnet18");
}

TEST_CASE("zoo: pre-activation ResNet-18 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::PreActResNet18<>>("preact_resnet18");
}

}  // namespace preact_resnet18_test
