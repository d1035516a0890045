#include "zoo/se_resnet.hpp"

#include "golden_zoo.hpp"

namespace se_resnet20_test {

using namespace norma;

TEST_CASE("zoo: SE-ResNet-20 is PyTorch's") {
    golden_zoo::check_network<zoo::SeResNet20<BatchNorm, Shape<3, 16, 16>>>("se_resnet20");
}

TEST_CASE("zoo: SE-ResNet-20 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::SeResNet20<>>("se_resnet20");
}

}  // namespace se_resnet20_test
