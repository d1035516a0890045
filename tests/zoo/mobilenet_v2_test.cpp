#include "zoo/mobilenet.hpp"

#include "golden_zoo.hpp"

namespace mobilenet_v2_test {

using namespace norma;

TEST_CASE("zoo: MobileNetV2 is PyTorch's") {
    golden_zoo::check_network<zoo::MobileNetV2<BatchNorm, Shape<3, 16, 16>, 10, std::ratio<0, 1>>>("mobilenet_v2");
}

TEST_CASE("zoo: MobileNetV2 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::MobileNetV2<>>("mobilenet_v2");
}

}  // namespace mobilenet_v2_test
