#include "zoo/wide_resnet.hpp"

#include "golden_zoo.hpp"

namespace wide_resnet16x4_test {

using namespace norma;

TEST_CASE("zoo: WideResNet-16-4 is PyTorch's") {
    golden_zoo::check_network<zoo::WideResNet16x4<BatchNorm, Shape<3, 16, 16>>>("wide_resnet16x4");
}

TEST_CASE("zoo: WideResNet-16-4 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::WideResNet16x4<>>("wide_resnet16x4");
}

}  // namespace wide_resnet16x4_test
