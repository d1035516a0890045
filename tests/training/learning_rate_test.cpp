#include "norma/training/learning_rate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/message.hpp"

namespace learning_rate_test {

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

TEST_CASE("learning rate: a number is a rate that never changes") {
    for (const int epoch : {0, 5, 6, 7, 1000, std::numeric_limits<int>::max()}) {
        CHECK(StepLR(0.02).at(epoch) == 0.02);
        CHECK(ConstantLR(0.02).at({epoch, 3, 7}) == 0.02);
    }
    CHECK(StepLR(0.5, std::numeric_limits<int>::max()).at(std::numeric_limits<int>::max()) == 0.05);
    const StepLR step = 0.3;
    const ConstantLR constant = 0.3;
    CHECK(step.at({7, 0, 1}) == constant.at({7, 0, 1}));
    for (const double bad : {0.0, -1.0, 1e6, std::numeric_limits<double>::infinity(), std::nan("")}) {
        CHECK(
            mentions(message_of<OptionError>([&] { StepLR{bad}; }), "learning rate: ", "above 0 and below 1,000,000"));
        CHECK(mentions(message_of<OptionError>([&] { ConstantLR{bad}; }),
                       "learning rate: ", "above 0 and below 1,000,000"));
    }
}

TEST_CASE("learning rate: a rate below 0, too large or not finite is refused with the schedule and the step") {
    CHECK(checked_rate(0, "S", {}) == 0);
    CHECK(checked_rate(999999, "S", {}) == 999999);
    CHECK(message_of<OptionError>([] {
              checked_rate(std::nan(""), schedule_name<StepLR>(), {3, 4, 5});
          }) ==
          "learning rate: StepLR gives nan for step 4 of epoch 3 (both counted from 0); a rate is at least 0 and below "
          "1,000,000");
    CHECK(schedule_name<LinearWarmup<OneCycleLR>>() == "LinearWarmup of OneCycleLR");
}

TEST_CASE("learning rate: gamma 1 keeps it") {
    CHECK(StepLR(0.5, 1, 1.0).at(1000) == 0.5);
    CHECK(StepLR(0.5, 3, 0.5).at(2) == 0.5);
    CHECK(StepLR(0.5, 3, 0.5).at(3) == 0.25);
}

namespace {

/// The rates of five epochs of four steps are those that PyTorch took.
template <LearningRate Rate>
void check_golden(const std::string& name, const Rate& rate) {
    CAPTURE(name);
    const golden::File file("training/schedules");
    std::vector<double> rates;
    for (int epoch = 0; epoch < 5; ++epoch) {
        for (int step = 0; step < 4; ++step) rates.push_back(rate.at({epoch, step, 4}));
    }
    CHECK(golden::relative_error(rates, file.tensor(name).values) < 1e-13);
    double smallest_ratio = 1;  // so that the small rates at the end count too
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const double expected = file.tensor(name).values[i];
        if (expected > 1e-12) smallest_ratio = std::min({smallest_ratio, rates[i] / expected, expected / rates[i]});
    }
    CHECK(smallest_ratio > 1 - 1e-9);
}

struct Text {
    std::string at(const TrainingTime&) const { return "fast"; }
};
static_assert(LearningRate<StepLR> && LearningRate<ConstantLR> && LearningRate<CosineAnnealingLR> &&
              LearningRate<OneCycleLR>);
static_assert(LearningRate<LinearWarmup<LinearWarmup<StepLR>>>);
static_assert(!LearningRate<double> && !LearningRate<Text>);

}  // namespace

TEST_CASE("learning rate: schedules that go by step as PyTorch takes them") {
    check_golden("cosine", CosineAnnealingLR(0.1, 5));
    check_golden("cosine_eta_min", CosineAnnealingLR(0.1, 5, 0.02));
    check_golden("one_cycle", OneCycleLR(0.1, 5));
    check_golden("one_cycle_options", OneCycleLR(0.1, 5, {0.55, 10, 50}));
    check_golden("one_cycle_falls", OneCycleLR(0.1, 5, {.pct_start = 0}));
    check_golden("one_cycle_rises", OneCycleLR(0.1, 5, {.pct_start = 1}));
    check_golden("warmup_step", LinearWarmup(StepLR(0.1, 2, 0.5), 6, 0.1));
    check_golden("warmup_cosine", LinearWarmup(CosineAnnealingLR(0.1, 5), 7));
}

TEST_CASE("learning rate: schedules by epoch do not depend on the step") {
    const StepLR rate(0.1, 2, 0.5);
    for (int epoch = 0; epoch < 6; ++epoch) {
        for (int step = 0; step < 3; ++step) CHECK(rate.at({epoch, step, 3}) == rate.at(epoch));
    }
}

TEST_CASE("learning rate: before the first step and after the last") {
    CHECK(CosineAnnealingLR(0.5, 3).at({3, 0, 7}) == doctest::Approx(0).scale(1));
    CHECK(CosineAnnealingLR(0.5, 3).at({6, 0, 7}) == doctest::Approx(0.5));
    const double last = 0.5 / 25 / 1e4;
    for (const int epoch : {2, 3, 10}) CHECK(OneCycleLR(0.5, 3).at({epoch, 6, 7}) == doctest::Approx(last));
    CHECK(OneCycleLR(0.5, 1).at({0, 0, 1}) == doctest::Approx(last));
    CHECK(OneCycleLR(0.5, 1, {.pct_start = 1}).at({0, 0, 1}) == 0.5);
    CHECK(OneCycleLR(0.5, 1, {.pct_start = 0.1}).at({0, 0, 10}) == 0.5);  // at its peak in the first step
    CHECK(LinearWarmup(StepLR(0.5), 5, 0.25).at({0, 0, 10}) == 0.125);
    CHECK(LinearWarmup(StepLR(0.5), 5, 0.25).at({0, 5, 10}) == 0.5);
    CHECK(LinearWarmup(StepLR(0.5, 1, 0.5), 5, 0.25).at({1, 0, 10}) == 0.25);
    // More steps than an int counts.
    CHECK(CosineAnnealingLR(0.5, 2000000).at({1000000, 0, 1000000}) == doctest::Approx(0.25));
}

TEST_CASE("learning rate: impossible schedules are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const auto& make) { return message_of<OptionError>(make); };
    for (const double bad : {0.0, -1.0, 1e6, nan}) {
        CHECK(mentions(refused([&] { CosineAnnealingLR(bad, 5); }), "learning rate", "above 0"));
        CHECK(mentions(refused([&] { OneCycleLR(bad, 5); }), "learning rate", "above 0"));
    }
    CHECK(refused([] { CosineAnnealingLR(0.1, 0); }) == "length of the cosine: 0 is not at least 1 epoch");
    CHECK(refused([] { OneCycleLR(0.1, -3); }) == "length of the cycle: -3 is not at least 1 epoch");
    CHECK(refused([] { LinearWarmup(StepLR(), 0); }) == "length of the warm-up: 0 is not at least 1 step");
    for (const double bad : {-0.1, 0.2, nan}) {
        CHECK(mentions(refused([&] { CosineAnnealingLR(0.1, 5, bad); }), "eta_min", "initial rate"));
    }
    for (const double bad : {-0.1, 1.1, nan}) {
        CHECK(mentions(refused([&] { OneCycleLR(0.1, 5, {.pct_start = bad}); }), "pct_start", "0 to 1"));
    }
    for (const double bad : {0.5, -1.0, nan}) {
        CHECK(mentions(refused([&] { OneCycleLR(0.1, 5, {.div_factor = bad}); }), "div_factor"));
        CHECK(mentions(refused([&] { OneCycleLR(0.1, 5, {.final_div_factor = bad}); }), "final_div_factor"));
    }
    for (const double bad : {0.0, -0.5, 1.5, nan}) {
        CHECK(mentions(refused([&] { LinearWarmup(StepLR(), 5, bad); }), "start_factor", "at most 1"));
    }
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

}  // namespace learning_rate_test
