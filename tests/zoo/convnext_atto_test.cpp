#include "zoo/convnext.hpp"

#include "golden_zoo.hpp"

namespace convnext_atto_test {

using namespace norma;

TEST_CASE("zoo: ConvNeXt-Atto is PyTorch's") { golden_zoo::check_network<zoo::ConvNeXtAtto<>>("convnext_atto"); }

TEST_CASE("zoo: ConvNeXt-Atto exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::ConvNeXtAtto<>>("convnext_atto");
}

}  // namespace convnext_atto_test
