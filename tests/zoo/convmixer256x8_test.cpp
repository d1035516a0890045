#include "zoo/convmixer.hpp"

#include "golden_zoo.hpp"

namespace convmixer256x8_test {

using namespace norma;

TEST_CASE("zoo: ConvMixer-256/8 is PyTorch's") {
    golden_zoo::check_network<zoo::ConvMixer256x8<BatchNorm, Shape<3, 16, 16>>>("convmixer256x8");
}

TEST_CASE("zoo: ConvMixer-256/8 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ConvMixer256x8<>>("convmixer256x8");
}

}  // namespace convmixer256x8_test
