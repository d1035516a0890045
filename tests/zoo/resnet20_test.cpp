#include "zoo/resnet.hpp"

#include "golden_zoo.hpp"

namespace resnet20_test {

using namespace norma;

TEST_CASE("zoo: ResNet-20 is PyTorch's") {
    golden_zoo::check_network<zoo::ResNet20<BatchNorm, Shape<3, 16, 16>>>("resnet20");
}

TEST_CASE("zoo: ResNet-20 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ResNet20<>>("resnet20");
}

}  // namespace resnet20_test
