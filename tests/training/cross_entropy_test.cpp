#include "norma/training/cross_entropy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"
#include "../support/toy_data.hpp"
#include "golden_loss.hpp"
#include "norma/training/pixel_cross_entropy.hpp"

namespace cross_entropy_test {

using namespace norma;

namespace {

constexpr int classes = 10;

/// By the definition in long double, with the largest logit subtracted first.
template <class T>
long double reference_loss(const T* z, int label) {
    const long double largest = *std::max_element(z, z + classes);
    long double sum = 0;
    for (int c = 0; c < classes; ++c) sum += std::exp(static_cast<long double>(z[c]) - largest);
    return std::log(sum) - (static_cast<long double>(z[label]) - largest);
}

template <class T>
void check_against_reference(double scale, double bound) {
    const std::vector<double> numbers = toy_numbers(3, 50 * classes);
    for (int row = 0; row < 50; ++row) {
        std::array<T, classes> z{};
        for (int c = 0; c < classes; ++c)
            z[std::size_t(c)] = static_cast<T>(scale * numbers[std::size_t(row * classes + c)]);
        const int label = row % classes;
        std::array<T, classes> gradient{};
        const double loss = CrossEntropy{}(std::span<const T>(z), label, T(0.25), gradient.data());
        const auto expected = static_cast<double>(reference_loss(z.data(), label));
        CHECK(std::abs(loss - expected) <= bound * std::max(1.0, expected));
        for (int c = 0; c < classes; ++c) {
            const long double share = std::exp(-reference_loss(z.data(), c)) - (c == label ? 1 : 0);
            CHECK(std::abs(static_cast<double>(gradient[std::size_t(c)]) - 0.25 * static_cast<double>(share)) <= bound);
        }
    }
}

void check_golden(const char* name, float scale, double bound) {
    const golden::File file(name);
    const std::vector<float> logits = initial::tensor("training/logits", 50, scale);
    const std::vector<int> labels = initial::labels("training/labels", 5);
    std::vector<float> gradient(50);
    std::vector<double> losses;
    for (std::size_t i = 0; i < 5; ++i) {
        losses.push_back(
            CrossEntropy{}(std::span(logits).subspan(i * 10, 10), labels[i], 0.2f, gradient.data() + i * 10));
        CHECK(
            losses.back() ==
            doctest::Approx(-file.tensor("log_probabilities").values[i * 10 + std::size_t(labels[i])]).epsilon(bound));
    }
    double mean = 0.0;
    for (const double l : losses) mean += l / 5;
    CHECK(mean == doctest::Approx(file.scalar("loss")).epsilon(bound));
    CHECK(golden::relative_error(gradient, file.tensor("grad.logits").values) < bound);
}

}  // namespace

TEST_CASE("cross-entropy: by the definition in long double, for small and for huge logits") {
    check_against_reference<double>(3, 1e-14);
    check_against_reference<double>(1e6, 1e-14);
    check_against_reference<double>(1e300, 1e-14);
    check_against_reference<float>(3, 2e-6);
    check_against_reference<float>(1e4, 2e-6);
    check_against_reference<float>(1e38, 2e-6);
}

TEST_CASE("cross-entropy: as PyTorch computes it") {
    check_golden("training/loss", 4.0f, 1e-5);
    check_golden("training/loss_large", 1024.0f, 1e-5);
}

TEST_CASE_TEMPLATE("cross-entropy: smoothed as PyTorch computes it", T, float, double) {
    const double bound = std::is_same_v<T, float> ? 1e-6 : 1e-14;
    const golden::File file("training/loss_smoothed");
    const std::vector<float> numbers = initial::tensor("training/logits", 50, 4.0f);
    const std::vector<T> logits(numbers.begin(), numbers.end());
    const std::vector<int> labels = initial::labels("training/labels", 5);
    std::vector<T> gradient(50);
    double mean = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        const auto z = std::span(logits).subspan(i * 10, 10);
        const CrossEntropy smoothed{.label_smoothing = 0.1};
        const double loss = smoothed(z, labels[i], T(0.2), gradient.data() + i * 10);
        CHECK(smoothed(z, labels[i], T(0.2), nullptr) == loss);
        CHECK(smoothed.in_evaluation()(z, labels[i], T(1), nullptr) == CrossEntropy{}(z, labels[i], T(1), nullptr));
        mean += loss / 5;
    }
    CHECK(std::abs(mean / file.scalar("loss") - 1) < bound);
    CHECK(golden::relative_error(gradient, file.tensor("grad.logits").values) < bound);
}

TEST_CASE("cross-entropy: the gradient of a smoothed loss is its derivative") {
    std::array<double, 4> z{0.5, -1, 2, 0.25};
    std::array<double, 4> gradient{};
    const auto loss = [&](double* g) {
        return CrossEntropy{.label_smoothing = 0.3}(std::span<const double>(z), 1, 3.0, g);
    };
    loss(gradient.data());
    for (std::size_t c = 0; c < 4; ++c) {
        const double at = z[c];
        z[c] = at + 1e-6;
        const double above = loss(nullptr);
        z[c] = at - 1e-6;
        const double below = loss(nullptr);
        z[c] = at;
        CHECK(gradient[c] == doctest::Approx(3 * (above - below) / 2e-6).epsilon(1e-7));
    }
}

TEST_CASE("cross-entropy: of equal logits it is the logarithm of the number of classes") {
    const std::array<float, 4> same{};
    CHECK(CrossEntropy{}(std::span<const float>(same), 3, 1.0f, nullptr) == doctest::Approx(std::log(4.0)));
}

TEST_CASE("cross-entropy: what is not a finite number does not pass for a loss") {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        for (std::size_t place = 0; place < 4; ++place) {
            std::array<float, 4> z{1, 2, 3, 4};
            z[place] = bad;
            const std::span<const float> logits(z);
            CHECK_FALSE(std::isfinite(CrossEntropy{}(logits, 1, 1.0f, nullptr)));
            CHECK_FALSE(std::isfinite(CrossEntropy{.label_smoothing = 0.1}(logits, 1, 1.0f, nullptr)));
        }
    }
}

TEST_CASE("cross-entropy: class weights, soft labels and mixtures as PyTorch computes them") {
    const std::vector<int> labels = initial::labels("training/labels", 5);
    const std::vector<int> others = initial::labels("training/other_labels", 5);
    const std::vector<float> probabilities = golden_loss::probabilities();
    const std::vector<double> weights = golden_loss::weights(10);
    const auto label = [&](std::size_t i) { return labels[i]; };
    const auto mixed = [&](std::size_t i) { return MixedClass{labels[i], others[i], 0.25f}; };
    golden_loss::compare<float>(CrossEntropy{.class_weights = weights}, "weighted", label);
    golden_loss::compare<double>(CrossEntropy{.class_weights = weights}, "weighted", label);
    const CrossEntropy both{.label_smoothing = 0.1, .class_weights = weights};
    golden_loss::compare<double>(both, "weighted_smoothed", label);
    golden_loss::compare_rows(CrossEntropy{}, "soft", probabilities);
    golden_loss::compare_rows(both, "soft_weighted_smoothed", probabilities);
    golden_loss::compare<float>(CrossEntropy{}, "mixed", mixed);
    golden_loss::compare<double>(CrossEntropy{}, "mixed", mixed);
    CHECK(golden_loss::findings(CrossEntropy{}, {{2, 1, 1}, {7, 1, 1}}) == "");
    CHECK(golden_loss::findings(both, {{10, 1, 1}}) == "");
}

TEST_CASE("cross-entropy: a sample of two classes counts as the weights of both by their shares") {
    const CrossEntropy loss{.class_weights = {1, 2, 4}};
    CHECK(loss.weight(2) == 4);
    CHECK(loss.weight(MixedClass{1, 2, 0.25f}) == 3.5);
    CHECK(loss.weight(MixedClass{1, 1, 0.25f}) == 2);
    const std::vector<float> soft{0.5f, 0.25f, 0.25f};
    CHECK(loss.weight(soft) == 1);
    const std::vector<double> y{0.5, -1, 2};
    const auto of = [&](const ClassTarget& target) { return loss(std::span<const double>(y), target, 1, nullptr); };
    CHECK(of(MixedClass{1, 2, 0.25f}) == doctest::Approx(0.25 * of(1) + 0.75 * of(2)).epsilon(1e-14));
    CHECK(of(soft) == doctest::Approx(0.5 * of(0) + 0.25 * of(1) + 0.25 * of(2)).epsilon(1e-14));
}

TEST_CASE("cross-entropy: options outside their range are refused by name") {
    for (const double bad : {-0.1, 1.0, std::nan("")}) {
        CHECK(mentions(message_of<OptionError>([&] {
                           CrossEntropy{.label_smoothing = bad}.validate({3, 1, 1});
                       }),
                       "label smoothing", "0 to below 1"));
    }
    CHECK(message_of<OptionError>([] {
              CrossEntropy{.class_weights = {1, 2}}.validate({3, 1, 1});
          }) == "class weights: there are 2, but the network's output needs 3");
    const std::string no_weight = "class weights: all are 0, so no class counts; give at least one a weight above 0";
    CHECK(message_of<OptionError>([] { CrossEntropy{.class_weights = {0, 0, 0}}.validate({3, 1, 1}); }) == no_weight);
    CHECK(message_of<OptionError>([] {
              PixelCrossEntropy{.class_weights = {0, 0, 0}}.validate({3, 2, 2});
          }) == no_weight);
    CHECK_NOTHROW(CrossEntropy{.class_weights = {0, 0, 1}}.validate({3, 1, 1}));
    CHECK(CrossEntropy{.class_weights = {1, 0.5}}.settings() ==
          std::vector<Setting>{{"label smoothing", "0"}, {"class weights", "1, 0.5"}});
}

}  // namespace cross_entropy_test
