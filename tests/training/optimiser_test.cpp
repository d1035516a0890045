#include "norma/training/optimiser.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include "../support/message.hpp"
#include "norma/training/adamw.hpp"
#include "norma/training/sgd.hpp"

namespace optimiser_test {

using namespace norma;

namespace {

/// Follows the sign of the gradient, and carries nothing along.
template <class T>
struct SignDescent {
    struct Options {};
    explicit SignDescent(std::size_t, const Options& = {}) {}
    void step(std::span<T>, std::span<const T>, double) {}
    std::array<StateArray<T>, 0> state() { return {}; }
    std::array<StateArray<const T>, 0> state() const { return {}; }
};
template <class T>
struct WithoutState : Sgd<T> {
    using Sgd<T>::Sgd;
    void state() = delete;
};
template <class T>
struct WithoutStep : Sgd<T> {
    using Sgd<T>::Sgd;
    void step() = delete;
};

}  // namespace

static_assert(Optimiser<Sgd<float>, float> && Optimiser<Sgd<double>, double>);
static_assert(Optimiser<AdamW<float>, float> && Optimiser<AdamW<double>, double>);
static_assert(Optimiser<SignDescent<float>, float>);
static_assert(!Optimiser<Sgd<float>, double>, "of another type");
static_assert(!Optimiser<WithoutState<float>, float>);
static_assert(!Optimiser<WithoutStep<float>, float>);
static_assert(!Optimiser<int, float>);
static_assert(GroupOptimiser<Sgd<float>, float> && GroupOptimiser<AdamW<double>, double>);
static_assert(!GroupOptimiser<SignDescent<float>, float>, "it steps all parameters alike");

TEST_CASE_TEMPLATE("optimiser: its state shows the arrays that it works on", O, Sgd<double>, AdamW<double>) {
    for (std::size_t size = 1; size < 20; ++size) {  // were it a constant, GCC 12 would warn of Eigen's loops beyond it
        O optimiser(size);
        const O& fixed = optimiser;
        std::vector<double> weights(size, 1.0);
        const std::vector<double> gradient(size, -0.5);
        optimiser.step(weights, gradient, 0.1);
        REQUIRE(optimiser.state().size() > 0);
        for (std::size_t i = 0; i < optimiser.state().size(); ++i) {
            const StateArray<double> array = optimiser.state()[i];
            CHECK_FALSE(array.name.empty());
            REQUIRE(array.values.size() == size);
            CHECK(array.values.back() != 0);
            CHECK(fixed.state()[i].name == array.name);
            CHECK(fixed.state()[i].values.data() == array.values.data());
        }
    }
}

TEST_CASE_TEMPLATE("optimiser: a step of another number of parameters is refused, and changes nothing", OptimiserType,
                   Sgd<float>, AdamW<float>) {
    OptimiserType optimiser(2);
    std::vector<float> two{1, 1}, three{1, 1, 1};
    CHECK(mentions(message_of<DataError>([&] { optimiser.step(three, three, 0.1); }), "2 parameters", "3 parameters"));
    CHECK(mentions(message_of<DataError>([&] { optimiser.step(two, three, 0.1); }), "a gradient of 3 numbers"));
    CHECK(two == std::vector<float>{1, 1});
    CHECK(three == std::vector<float>{1, 1, 1});
    CHECK(optimiser.state()[0].values[0] == 0);
}

TEST_CASE_TEMPLATE(
    "optimiser: a step with an impossible rate is refused and changes nothing; a rate of 0 changes no weight",
    OptimiserType, Sgd<float>, AdamW<float>) {
    OptimiserType optimiser(2);
    std::vector<float> weights{1, -1};
    const std::vector<float> gradient{1, 2};
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {-1e-9, std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e6, 1e300}) {
        CHECK(mentions(message_of<OptionError>([&] { optimiser.step(weights, gradient, bad); }),
                       "learning rate: ", "at least 0 and below 1,000,000"));
    }
    CHECK(weights == std::vector<float>{1, -1});
    for (const auto& array : optimiser.state()) CHECK(array.values[0] == 0);
    optimiser.step(weights, gradient, 0);
    CHECK(weights == std::vector<float>{1, -1});
}

TEST_CASE_TEMPLATE("optimiser: runs have rates and weight decays of their own; the rest and its state do not change",
                   OptimiserType, Sgd<double>, AdamW<double>) {
    constexpr std::size_t size = 40;
    const auto options = [](double decay) {
        typename OptimiserType::Options result;
        result.weight_decay = decay;
        return result;
    };
    // An optimiser of all parameters for each run, of which only the run is compared.
    OptimiserType in_runs(size, options(0.125)), first(size, options(0.125)), second(size, options(0.5));
    const std::vector<ParameterRun> runs{{.offset = 3, .size = 18, .rate = 2},
                                         {.offset = 30, .size = 9, .rate = 1, .weight_decay = 0.5}};
    std::vector<double> weights(size), gradient(size);
    for (std::size_t i = 0; i < size; ++i) weights[i] = 1 + double(i), gradient[i] = 0.5 - 0.125 * double(i % 9);
    const std::vector<double> before = weights;
    std::vector<double> by_first = weights, by_second = weights;
    for (int step = 0; step < 3; ++step) {
        in_runs.step(weights, gradient, 0.25, runs);
        first.step(by_first, gradient, 0.5);
        second.step(by_second, gradient, 0.25);
    }
    for (std::size_t i = 0; i < size; ++i) {
        CAPTURE(i);
        const bool in_first = i >= 3 && i < 21;
        const bool in_second = i >= 30 && i < 39;
        CHECK(weights[i] == (in_first ? by_first[i] : in_second ? by_second[i] : before[i]));
        for (std::size_t k = 0; k < in_runs.state().size(); ++k) {
            const auto at = [&](const OptimiserType& o) { return o.state()[k].values[i]; };
            CHECK(at(in_runs) == (in_first ? at(first) : in_second ? at(second) : 0.0));
        }
    }
}

}  // namespace optimiser_test
