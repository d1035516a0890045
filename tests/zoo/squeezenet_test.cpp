#include "zoo/squeezenet.hpp"

#include "golden_zoo.hpp"

namespace squeezenet_test {

using namespace norma;

TEST_CASE("zoo: SqueezeNet is PyTorch's") {
    golden_zoo::check_network<zoo::SqueezeNet<Shape<3, 64, 64>, 10, std::ratio<0, 1>>>("squeezenet");
}

TEST_CASE("zoo: SqueezeNet exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::SqueezeNet<Shape<3, 64, 64>, 10>>("squeezenet");
}

}  // namespace squeezenet_test
