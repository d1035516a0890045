#include "norma/training/smooth_l1.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <span>

#include "../support/message.hpp"
#include "golden_loss.hpp"

namespace smooth_l1_test {

using namespace norma;

TEST_CASE("smooth L1: as PyTorch computes it, and its gradient is its derivative") {
    golden_loss::compare_rows(SmoothL1{2.5}, "smooth_l1", golden_loss::numbers());
    golden_loss::compare_rows(SmoothL1{0}, "smooth_l1_of_0", golden_loss::numbers());
    CHECK(golden_loss::findings(SmoothL1{0.7}, {{1, 1, 1}, {7, 1, 1}, {3, 2, 5}}) == "");
}

TEST_CASE("smooth L1: a parabola below beta, a line behind it") {
    const std::array<double, 4> y{1, 2, 3, -4};
    const std::array<float, 4> target{};
    std::array<double, 4> gradient{};
    CHECK(SmoothL1{2}(std::span<const double>(y), target, 4, gradient.data()) == (0.25 + 1 + 2 + 3) / 4);
    CHECK(gradient == std::array<double, 4>{0.5, 1, 1, -1});
}

TEST_CASE("smooth L1: an impossible beta is refused") {
    for (const double bad : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(mentions(message_of<OptionError>([&] { SmoothL1{bad}.validate({}); }), "beta of the smooth L1 loss"));
    }
    CHECK(SmoothL1{}.settings() == std::vector<Setting>{{"loss", "smooth L1"}, {"beta", "1"}});
}

}  // namespace smooth_l1_test
