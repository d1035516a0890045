#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "norma/testing/check_loss.hpp"

/// The golden values of golden/training/losses.
namespace golden_loss {

inline std::vector<float> numbers() { return initial::tensor("training/numbers", 50, 4.0f); }
inline std::vector<float> probabilities() { return initial::tensor("training/probabilities", 50, 0.5f, 0.5f); }
inline std::vector<double> weights(std::size_t count) {
    const std::vector<float> all = initial::tensor("training/weights", count, 0.75f, 1.0f);
    return {all.begin(), all.end()};
}

/// Compares the mean of `loss` over 5 samples of 10 outputs, and its gradient, with the case `name`. `target(i)` is
/// that of sample i.
template <class T, class Loss, class TargetOf>
void compare(const Loss& loss, const std::string& name, const TargetOf& target, float scale = 4.0f) {
    CAPTURE(name);
    const double bound = sizeof(T) == 4 ? 2e-6 : 1e-13;
    const golden::File file("training/losses");
    const std::vector<float> logits = initial::tensor("training/logits", 50, scale);
    const std::vector<T> y(logits.begin(), logits.end());
    std::vector<T> gradient(50);
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < 5; ++i) weight += norma::detail::weight_of(loss, target(i));
    for (std::size_t i = 0; i < 5; ++i) {
        sum += loss(std::span<const T>(y).subspan(i * 10, 10), target(i), static_cast<T>(1 / weight),
                    gradient.data() + i * 10);
    }
    CHECK(std::abs(sum / weight / file.scalar(name) - 1) < bound);
    CHECK(golden::relative_error(gradient, file.tensor("grad." + name).values) < bound);
}

/// The same for float and double, with row i of `targets` (5×10) as the target.
template <class Loss>
void compare_rows(const Loss& loss, const std::string& name, const std::vector<float>& targets) {
    const auto target = [&](std::size_t i) { return std::span<const float>(targets).subspan(i * 10, 10); };
    compare<float>(loss, name, target);
    compare<double>(loss, name, target);
}

/// The sentences of `check_loss` for a few shapes; none if the loss conforms.
template <class Loss>
std::string findings(const Loss& loss, std::initializer_list<norma::Extent> outputs) {
    std::string text;
    for (const norma::Extent output : outputs) {
        for (const auto& finding : norma::conformance::check_loss(loss, output).findings)
            text += finding.sentence + '\n';
    }
    return text;
}

}  // namespace golden_loss
