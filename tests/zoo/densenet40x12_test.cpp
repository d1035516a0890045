#include "zoo/densenet.hpp"

#include "golden_zoo.hpp"

namespace densenet40x12_test {

using namespace norma;

TEST_CASE("zoo: DenseNet-40-12 is PyTorch's") {
    golden_zoo::check_network<zoo::DenseNet40x12<BatchNorm, Shape<3, 16, 16>>>("densenet40x12");
}

TEST_CASE("zoo: DenseNet-40-12 exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::DenseNet40x12<>>("densenet40x12");
}

}  // namespace densenet40x12_test
