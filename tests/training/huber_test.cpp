#include "norma/training/huber.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <span>

#include "../support/message.hpp"
#include "golden_loss.hpp"

namespace huber_test {

using namespace norma;

TEST_CASE("Huber: as PyTorch computes it, and its gradient is its derivative") {
    golden_loss::compare_rows(Huber{1.5}, "huber", golden_loss::numbers());
    CHECK(golden_loss::findings(Huber{0.7}, {{1, 1, 1}, {7, 1, 1}, {3, 2, 5}}) == "");
}

TEST_CASE("Huber: a parabola up to delta, a line behind it") {
    const std::array<double, 4> y{1, 2, 3, -4};
    const std::array<float, 4> target{};
    std::array<double, 4> gradient{};
    CHECK(Huber{2}(std::span<const double>(y), target, 4, gradient.data()) == (0.5 + 2 + 4 + 6) / 4);
    CHECK(gradient == std::array<double, 4>{1, 2, 2, -2});
}

TEST_CASE("Huber: an impossible delta is refused") {
    for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity()}) {
        CHECK(mentions(message_of<OptionError>([&] { Huber{bad}.validate({}); }), "delta of the Huber loss"));
    }
    CHECK(Huber{2}.settings() == std::vector<Setting>{{"loss", "Huber"}, {"delta", "2"}});
}

}  // namespace huber_test
