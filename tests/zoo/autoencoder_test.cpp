#include "zoo/autoencoder.hpp"

#include "golden_zoo.hpp"

namespace autoencoder_test {

using namespace norma;

TEST_CASE("zoo: the autoencoder is PyTorch's") { golden_zoo::check_network<zoo::Autoencoder<>>("autoencoder"); }

TEST_CASE("zoo: the autoencoder exchanges weights with PyTorch" * doctest::test_suite("if_available")) {
    golden_zoo::exchange_weights<zoo::Autoencoder<>>("autoencoder");
}

}  // namespace autoencoder_test
