#include "zoo/vgg.hpp"

#include "golden_zoo.hpp"

namespace vgg11_test {

using namespace norma;

TEST_CASE("zoo: VGG-11 is PyTorch's") { golden_zoo::check_network<zoo::Vgg11<>>("vgg11"); }

TEST_CASE("zoo: VGG-11 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::Vgg11<>>("vgg11");
}

}  // namespace vgg11_test
