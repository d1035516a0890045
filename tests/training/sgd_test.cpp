#include "norma/training/sgd.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"
#include "../support/repeated.hpp"

namespace sgd_test {

using namespace norma;

namespace {

template <class T>
void check_golden(const std::string& name, const SgdOptions& options, double bound) {
    CAPTURE(name);
    const golden::File file("training/optimisers");
    const std::vector<double>& rows = file.tensor(name).values;
    REQUIRE(rows.size() == 35);
    constexpr std::size_t count = 7;
    for (const std::size_t times : {1u, 10u}) {  // scalars, then packets too
        CAPTURE(times);
        std::vector<T> weights = repeated<T>(initial::tensor("training/weights", count), times);
        Sgd<T> optimiser(weights.size(), options);
        for (std::size_t step = 0; step < 5; ++step) {
            const std::vector<T> gradient =
                repeated<T>(initial::tensor("training/gradient" + std::to_string(step), count), times);
            optimiser.step(weights, gradient, 0.1);
            const std::vector<double> expected = repeated<double>(std::span(rows).subspan(step * count, count), times);
            CHECK(golden::relative_error(weights, expected) < bound);
        }
    }
}

template <class T>
void check_all(double bound) {
    check_golden<T>("sgd", {0.0, 0.0, false}, bound);
    check_golden<T>("sgd_momentum", {0.9, 0.0, false}, bound);
    check_golden<T>("sgd_momentum_decay", {0.9, 0.05, false}, bound);
    check_golden<T>("sgd_nesterov", {0.9, 0.0, true}, bound);
    check_golden<T>("sgd_nesterov_decay", {0.9, 0.05, true}, bound);
}

}  // namespace

TEST_CASE("sgd: five steps as PyTorch takes them") {
    check_all<float>(1e-6);
    check_all<double>(1e-14);
}

TEST_CASE("sgd: its state is the velocity, zero at first") {
    Sgd<double> optimiser(2);
    CHECK(optimiser.velocity().size() == 2);
    CHECK(optimiser.velocity()[0] == 0);
    std::vector<double> weights{1, 1};
    optimiser.step(weights, std::vector<double>{1, -2}, 0.5);
    optimiser.step(weights, std::vector<double>{1, -2}, 0.5);
    CHECK(optimiser.velocity()[0] == doctest::Approx(1.9));
    CHECK(optimiser.velocity()[1] == doctest::Approx(-3.8));
    CHECK(weights[0] == doctest::Approx(1 - 0.5 * 2.9));
}

TEST_CASE("sgd: impossible options are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const SgdOptions& options) {
        return message_of<OptionError>([&] { Sgd<float>(1, options); });
    };
    for (const double bad : {1.0, -0.1, nan}) CHECK(mentions(refused({bad, 0, false}), "momentum", "0 to below 1"));
    for (const double bad : {-1e-9, nan, std::numeric_limits<double>::infinity(), 1e300}) {
        CHECK(mentions(refused({0.9, bad, false}), "weight decay", "at least 0 and below 1,000,000"));
    }
    CHECK(mentions(refused({0, 0, true}), "Nesterov", "momentum"));
    CHECK(refused({0, 0, false}).empty());
}

}  // namespace sgd_test
