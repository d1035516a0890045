#include "norma/training/l1.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>

#include "golden_loss.hpp"

namespace l1_test {

using namespace norma;

TEST_CASE("L1: as PyTorch computes it, and its gradient is its derivative") {
    golden_loss::compare_rows(L1{}, "l1", golden_loss::numbers());
    CHECK(golden_loss::findings(L1{}, {{1, 1, 1}, {7, 1, 1}, {3, 2, 5}}) == "");
}

TEST_CASE("L1: the derivative where the error is 0 is 0") {
    const std::array<float, 4> y{3, -1, 2, 0}, target{1, 2, 2, 0};
    std::array<float, 4> gradient{};
    CHECK(L1{}(std::span<const float>(y), target, 4, gradient.data()) == 1.25);
    CHECK(gradient == std::array<float, 4>{1, -1, 0, 0});
}

}  // namespace l1_test
