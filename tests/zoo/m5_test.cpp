#include "zoo/m5.hpp"

#include "golden_zoo.hpp"

namespace m5_test {

using namespace norma;

TEST_CASE("zoo: M5 is PyTorch's") { golden_zoo::check_network<zoo::M5<>>("m5"); }

TEST_CASE("zoo: M5 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::M5<>>("m5");
}

}  // namespace m5_test
