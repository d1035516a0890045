#include "zoo/resnet.hpp"

#include "golden_zoo.hpp"

namespace resnet110_test {

using namespace norma;

TEST_CASE("zoo: ResNet-110 is PyTorch's") {
    golden_zoo::check_network<zoo::ResNet110<BatchNorm, Shape<3, 16, 16>>>("resnet110");
}

TEST_CASE("zoo: ResNet-110 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ResNet110<>>("resnet110");
}

}  // namespace resnet110_test
