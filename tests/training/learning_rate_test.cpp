#include "norma/training/learning_rate.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/message.hpp"

using namespace norma;

TEST_CASE("learning rate: the experiment's steps as PyTorch takes them") {
    const golden::File file("training/step_lr");
    const std::vector<double>& expected = file.tensor("learning_rates").values;
    const StepLR rate;
    REQUIRE(expected.size() == 20);
    for (std::size_t epoch = 0; epoch < 20; ++epoch) {
        CHECK(rate.at(static_cast<int>(epoch)) == doctest::Approx(expected[epoch]).epsilon(1e-15));
    }
}

TEST_CASE("learning rate: gamma 1 keeps it") {
    CHECK(StepLR(0.5, 1, 1.0).at(1000) == 0.5);
    CHECK(StepLR(0.5, 3, 0.5).at(2) == 0.5);
    CHECK(StepLR(0.5, 3, 0.5).at(3) == 0.25);
}

TEST_CASE("learning rate: impossible values are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](double initial, int step, double gamma) {
        return message_of<OptionError>([&] { StepLR(initial, step, gamma); });
    };
    for (const double bad : {0.0, -1.0, 1e6, nan}) CHECK(mentions(refused(bad, 6, 0.1), "learning rate", "above 0"));
    for (const int bad : {0, -6}) CHECK(mentions(refused(0.01, bad, 0.1), "step", std::to_string(bad), "at least 1"));
    for (const double bad : {0.0, -0.1, 1.5, nan}) CHECK(mentions(refused(0.01, 6, bad), "gamma", "at most 1"));
}
