#include "zoo/resnet.hpp"

#include "golden_zoo.hpp"

namespace resnet56_test {

using namespace norma;

TEST_CASE("zoo: ResNet-56 is PyTorch's") {
    golden_zoo::check_network<zoo::ResNet56<BatchNorm, Shape<3, 16, 16>>>("resnet56");
}

TEST_CASE("zoo: ResNet-56 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ResNet56<>>("resnet56");
}

}  // namespace resnet56_test
