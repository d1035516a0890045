#include "zoo/resnet_option_a.hpp"

#include "golden_zoo.hpp"

namespace resnet20_option_a_test {

using namespace norma;

TEST_CASE("zoo: ResNet-20 with shortcuts without parameters is PyTorch's") {
    golden_zoo::check_network<zoo::ResNet20OptionA<BatchNorm, Shape<3, 16, 16>>>("resnet20_option_a");
}

TEST_CASE("zoo: ResNet-20 with shortcuts without parameters exchanges weights with PyTorch" *
          doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ResNet20OptionA<>>("resnet20_option_a");
}

}  // namespace resnet20_option_a_test
