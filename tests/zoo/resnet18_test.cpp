#include "zoo/resnet.hpp"

#include "golden_zoo.hpp"

namespace resnet18_test {

using namespace norma;

TEST_CASE("zoo: ResNet-18 is PyTorch's") {
    golden_zoo::check_network<zoo::ResNet18<BatchNorm, Shape<3, 16, 16>>>("resnet18");
}

TEST_CASE("zoo: ResNet-18 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ResNet18<>>("resnet18");
}

}  // namespace resnet18_test
