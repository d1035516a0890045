#include "zoo/unet.hpp"

#include "golden_zoo.hpp"

namespace small_unet_test {

using namespace norma;

TEST_CASE("zoo: the small U-Net is PyTorch's") {
    golden_zoo::check_network<zoo::SmallUNet<BatchNorm, Shape<3, 16, 16>>>("small_unet");
}

TEST_CASE("zoo: the small U-Net exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::SmallUNet<>>("small_unet");
}

}  // namespace small_unet_test
