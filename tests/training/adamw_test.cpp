#include "norma/training/adamw.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/gradient_check.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"
#include "../support/repeated.hpp"

namespace adamw_test {

using namespace norma;

namespace {

/// Steps with the golden gradients, at `rate(step)`; every row of the file is the weights after a step.
template <class T, class Rate>
void check_golden(const std::string& file, const std::string& name, const AdamWOptions& options, const Rate& rate,
                  double bound) {
    CAPTURE(name);
    const golden::File golden_file(file);
    const golden::Tensor& rows = golden_file.tensor(name);
    REQUIRE(rows.shape.at(1) == 7);
    constexpr std::size_t count = 7;
    for (const std::size_t times : {1u, 10u}) {  // scalars, then packets too
        CAPTURE(times);
        std::vector<T> weights = repeated<T>(initial::tensor("training/weights", count), times);
        AdamW<T> optimiser(weights.size(), options);
        for (std::size_t step = 0; step < static_cast<std::size_t>(rows.shape.at(0)); ++step) {
            const std::vector<T> gradient =
                repeated<T>(initial::tensor("training/gradient" + std::to_string(step), count), times);
            optimiser.step(weights, gradient, rate(step));
            const std::vector<double> expected =
                repeated<double>(std::span(rows.values).subspan(step * count, count), times);
            CHECK(golden::relative_error(weights, expected) < bound);
        }
    }
}

template <class T>
void check_all(double bound) {
    const auto fixed = [](std::size_t) { return 0.1; };
    check_golden<T>("training/optimisers", "adamw", {.weight_decay = 0.05}, fixed, bound);
    check_golden<T>(
        "training/adamw", "defaults", {}, [](std::size_t) { return 1e-3; }, bound);
    check_golden<T>("training/adamw", "betas_eps", {.betas = {0.8, 0.95}, .eps = 0.01, .weight_decay = 0}, fixed,
                    bound);
    check_golden<T>(
        "training/adamw", "changing_rate", {}, [](std::size_t s) { return 0.1 / double(s + 1); }, bound);
}

}  // namespace

TEST_CASE("adamw: steps as PyTorch takes them") {
    check_all<float>(1e-6);
    check_all<double>(1e-14);
}

TEST_CASE("adamw: a later step depends only on its state and its number of steps") {
    const std::vector<double> gradient{1, -2, 0.5};
    std::vector<double> weights{1, 1, 1};
    AdamW<double> optimiser(3);
    CHECK(optimiser.steps() == 0);
    optimiser.step(weights, gradient, 0.01);
    optimiser.step(weights, gradient, 0.01);
    CHECK(optimiser.steps() == 2);

    AdamW<double> resumed(3);
    for (std::size_t i = 0; i < 2; ++i) {
        std::ranges::copy(optimiser.state()[i].values, resumed.state()[i].values.begin());
    }
    std::vector<double> forgetful_weights = weights;
    AdamW<double> forgetful = resumed;
    resumed.set_steps(2);
    std::vector<double> resumed_weights = weights;
    optimiser.step(weights, gradient, 0.01);
    resumed.step(resumed_weights, gradient, 0.01);
    forgetful.step(forgetful_weights, gradient, 0.01);
    CHECK(same_bits<double>(resumed_weights, weights));
    CHECK_FALSE(same_bits<double>(forgetful_weights, weights));
}

TEST_CASE("adamw: numbers without a gradient, such as the gaps between parameters, stay 0") {
    std::vector<float> weights{1, 0, 0};
    AdamW<float> optimiser(3);
    for (int step = 0; step < 3; ++step) optimiser.step(weights, std::vector<float>{1, 0, 0}, 0.1);
    CHECK(weights[0] < 1);
    CHECK(weights[1] == 0);
    CHECK(weights[2] == 0);
}

TEST_CASE("adamw: impossible options are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const AdamWOptions& options) {
        return message_of<OptionError>([&] { AdamW<float>(1, options); });
    };
    for (const double bad : {1.0, -0.1, nan}) {
        CHECK(mentions(refused({.betas = {bad, 0.9}}), "betas", "0 to below 1"));
        CHECK(mentions(refused({.betas = {0.9, bad}}), "betas", "0 to below 1"));
    }
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {0.0, -1e-8, 1e-60, nan, infinity, 1e300}) {
        CHECK(mentions(refused({.eps = bad}), "eps", "above 0", "below 1,000,000"));
    }
    for (const double bad : {-1e-9, nan, infinity, 1e300}) {
        CHECK(mentions(refused({.weight_decay = bad}), "weight decay", "at least 0 and below 1,000,000"));
    }
    CHECK(message_of<OptionError>([] { AdamW<double>(1, {.eps = 1e-60}); }).empty());
}

}  // namespace adamw_test
