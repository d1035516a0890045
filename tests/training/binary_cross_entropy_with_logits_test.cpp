#include "norma/training/binary_cross_entropy_with_logits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include "../support/message.hpp"
#include "golden_loss.hpp"

namespace binary_cross_entropy_with_logits_test {

using namespace norma;
using Loss = BinaryCrossEntropyWithLogits;

TEST_CASE("binary cross-entropy: as PyTorch computes it, and its gradient is its derivative") {
    const std::vector<float> targets = golden_loss::probabilities();
    golden_loss::compare_rows(Loss{}, "bce", targets);
    golden_loss::compare_rows(Loss{golden_loss::weights(10)}, "bce_weighted", targets);
    const auto target = [&](std::size_t i) { return std::span<const float>(targets).subspan(i * 10, 10); };
    golden_loss::compare<float>(Loss{}, "bce_large", target, 1024.0f);
    CHECK(golden_loss::findings(Loss{}, {{1, 1, 1}, {7, 1, 1}}) == "");
    CHECK(golden_loss::findings(Loss{{0, 1, 2.5}}, {{3, 1, 1}, {3, 2, 5}}) == "");
}

TEST_CASE("binary cross-entropy: a weight belongs to a channel, which is innermost") {
    const std::vector<double> y{0.5, -1, 0.25, 2};  // two pixels of two channels
    const std::vector<float> present{1, 1, 1, 1};
    const double loss = Loss{{2, 3}}(std::span<const double>(y), present, 1, nullptr);
    const auto of = [](double x) { return std::log(1 + std::exp(-x)); };
    CHECK(loss == doctest::Approx((2 * of(0.5) + 3 * of(-1) + 2 * of(0.25) + 3 * of(2)) / 4).epsilon(1e-14));
}

TEST_CASE("binary cross-entropy: weights and targets that do not fit are refused") {
    CHECK(message_of<OptionError>([] {
              Loss{{1, 2}}.validate({3, 1, 1});
          }) == "positive weights: there are 2, but the network's output needs 3");
    CHECK(message_of<OptionError>([] {
              Loss{{1, -2}}.validate({2, 1, 1});
          }) == "positive weights: -2 is not a finite number of at least 0");
    const std::vector<float> wrong{0, 1.5f};
    CHECK(detail::problem_of_target(Loss{}, wrong, {2, 1, 1}) ==
          "has the target value 1.5 for label 1; it must be in 0 to 1");
    CHECK(Loss{}.settings() == std::vector<Setting>{{"loss", "binary cross-entropy"}});
    CHECK(Loss{{1, 2.5}}.settings() ==
          std::vector<Setting>{{"loss", "binary cross-entropy"}, {"positive weights", "1, 2.5"}});
}

}  // namespace binary_cross_entropy_with_logits_test
