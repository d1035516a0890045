#include "zoo/vgg.hpp"

#include "golden_zoo.hpp"

namespace vgg16_test {

using namespace norma;

TEST_CASE("zoo: VGG-16 is PyTorch's") { golden_zoo::check_network<zoo::Vgg16<>>("vgg16"); }

TEST_CASE("zoo: VGG-16 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::Vgg16<>>("vgg16");
}

}  // namespace vgg16_test
