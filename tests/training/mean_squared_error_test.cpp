#include "norma/training/mean_squared_error.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>

#include "golden_loss.hpp"

namespace mean_squared_error_test {

using namespace norma;

TEST_CASE("mean squared error: as PyTorch computes it, and its gradient is its derivative") {
    golden_loss::compare_rows(MeanSquaredError{}, "mse", golden_loss::numbers());
    CHECK(golden_loss::findings(MeanSquaredError{}, {{1, 1, 1}, {7, 1, 1}, {3, 2, 5}}) == "");
}

TEST_CASE("mean squared error: exact with small whole numbers, of one number as of several") {
    const std::array<double, 2> y{3, -1};
    const std::array<float, 2> target{1, 2};
    std::array<double, 2> gradient{};
    CHECK(MeanSquaredError{}(std::span<const double>(y), target, 2, gradient.data()) == 6.5);
    CHECK(gradient == std::array<double, 2>{4, -6});
    CHECK(MeanSquaredError{}(std::span<const double>(y).first(1), 1.0f, 1, gradient.data()) == 4);
    CHECK(gradient[0] == 4);
}

}  // namespace mean_squared_error_test
