#include "zoo/shufflenet.hpp"

#include "golden_zoo.hpp"

namespace shufflenet_v2_test {

using namespace norma;

TEST_CASE("zoo: ShuffleNetV2 is PyTorch's") {
    golden_zoo::check_network<zoo::ShuffleNetV2<BatchNorm, Shape<3, 16, 16>>>("shufflenet_v2");
}

TEST_CASE("zoo: ShuffleNetV2 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ShuffleNetV2<>>("shufflenet_v2");
}

}  // namespace shufflenet_v2_test
