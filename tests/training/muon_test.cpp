#include "norma/training/muon.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/gradient_check.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"
#include "norma/core/layout.hpp"

namespace muon_test {

using namespace norma;

namespace {

/// A convolution's weight, a linear layer's, and a bias.
const std::vector<ParameterInfo> parameters{{.name = "0.weight",
                                             .layer = "0",
                                             .kind = ParameterKind::convolution_weight,
                                             .shape = {6, 4, 3, 3},
                                             .axes = {6, 4, 9},
                                             .offset = 0,
                                             .size = 216},
                                            {.name = "1.weight",
                                             .layer = "1",
                                             .kind = ParameterKind::linear_weight,
                                             .shape = {20, 6},
                                             .axes = {20, 6, 1},
                                             .offset = 224,
                                             .size = 120},
                                            {.name = "1.bias",
                                             .layer = "1",
                                             .kind = ParameterKind::bias,
                                             .shape = {5},
                                             .axes = {1, 1, 5},
                                             .offset = 352,
                                             .size = 5}};
constexpr std::size_t all = 368;
const std::vector<std::string> kinds{"conv", "tall", "bias"};

/// The golden script's numbers in the layout of a network.
template <class T>
std::vector<T> numbers(const std::string& suffix) {
    std::vector<T> to(all);
    for (std::size_t k = 0; k < 3; ++k) {
        const ParameterInfo& p = parameters[k];
        const std::vector<float> from = initial::tensor("training/muon/" + kinds[k] + suffix, p.size);
        const std::vector<T> values(from.begin(), from.end());
        reverse_axes<T>(values, std::span(to).subspan(p.offset, p.size), p.axes[0], p.axes[1], p.axes[2]);
    }
    return to;
}

template <class T>
void check_golden(const std::string& name, const MuonOptions& options, double bound) {
    CAPTURE(name);
    const golden::File file("training/muon");
    Muon<T> optimiser(all, parameters, options);
    std::vector<T> weights = numbers<T>("");
    for (std::size_t step = 0; step < 4; ++step) {
        optimiser.step(weights, numbers<T>(std::to_string(step)), 0.1);
        for (std::size_t k = 0; k < 3; ++k) {
            CAPTURE(kinds[k]);
            const ParameterInfo& p = parameters[k];
            std::vector<T> result(p.size);
            reverse_axes<T>(std::span(weights).subspan(p.offset, p.size), result, p.axes[2], p.axes[1], p.axes[0]);
            const std::vector<double>& rows = file.tensor(name + "." + kinds[k]).values;
            REQUIRE(rows.size() == 4 * p.size);
            const auto begin = rows.begin() + std::ptrdiff_t(step * p.size);
            CHECK(golden::relative_error(result, std::vector<double>(begin, begin + std::ptrdiff_t(p.size))) < bound);
        }
    }
    for (const std::size_t gap : {216u, 223u, 344u, 357u}) CHECK(weights[gap] == 0);
}

}  // namespace

static_assert(Optimiser<Muon<float>, float> && GroupOptimiser<Muon<double>, double>);

TEST_CASE("muon: steps as the formula takes them in PyTorch") {
    const MuonOptions options{.momentum = 0.875,
                              .nesterov = false,
                              .weight_decay = 0.25,
                              .iterations = 3,
                              .scale = MuonScale::match_rms_adamw,
                              .others = {.betas = {0.8, 0.95}, .weight_decay = 0.5}};
    check_golden<double>("defaults", {}, 1e-12);
    check_golden<double>("options", options, 1e-12);
    check_golden<float>("defaults", {}, 1e-5);
    check_golden<float>("options", options, 1e-5);
}

TEST_CASE("muon: a layer that it does not take is stepped by AdamW, at the rate of others") {
    const MuonOptions options{.others = {.weight_decay = 0.25},
                              .others_rate = 0.5,
                              .takes = [](const ParameterInfo& p) { return p.layer != "1"; }};
    Muon<double> optimiser(all, parameters, options);
    AdamW<double> adamw(all, options.others);
    std::vector<double> weights = numbers<double>(""), expected = weights;
    for (const std::string step : {"0", "1"}) {
        optimiser.step(weights, numbers<double>(step), 0.1);
        adamw.step(expected, numbers<double>(step), 0.05);
    }
    const auto first = [](const std::vector<double>& x) { return std::span(x).first(216); };
    const auto rest = [](const std::vector<double>& x) { return std::span(x).subspan(224); };
    CHECK(std::ranges::equal(rest(weights), rest(expected)));
    CHECK_FALSE(std::ranges::equal(first(weights), first(expected)));
    CHECK(std::ranges::count(optimiser.settings(), Setting{"parameters of Muon", "0.weight"}) == 1);
}

TEST_CASE("muon: runs have rates and decays of their own, and what is in none does not change") {
    Muon<double> in_runs(all, parameters), plain(all, parameters, {.weight_decay = 0.5});
    std::vector<double> weights = numbers<double>(""), expected = weights;
    const std::vector<double> before = weights, gradient = numbers<double>("0");
    const ParameterRun run{.offset = 224, .size = 128, .rate = 2, .weight_decay = 0.5};
    in_runs.step(weights, gradient, 0.1, {&run, 1});
    plain.step(expected, gradient, 0.2);
    for (std::size_t i = 0; i < all; ++i) CHECK(weights[i] == (i >= 224 && i < 352 ? expected[i] : before[i]));
    CHECK(std::ranges::count(in_runs.state()[0].values.first(216), 0.0) == 216);
    CHECK(std::ranges::count(in_runs.state()[1].values, 0.0) == std::ptrdiff_t(in_runs.state()[1].values.size()));
}

TEST_CASE("muon: a later step depends only on its state and its number of steps; a gradient of zeros changes little") {
    Muon<float> optimiser(all, parameters), resumed(all, parameters);
    std::vector<float> weights = numbers<float>("");
    optimiser.step(weights, numbers<float>("0"), 0.1);
    for (std::size_t k = 0; k < 3; ++k) {
        std::ranges::copy(optimiser.state()[k].values, resumed.state()[k].values.begin());
    }
    resumed.set_steps(optimiser.steps());
    std::vector<float> same = weights;
    optimiser.step(weights, numbers<float>("1"), 0.1);
    resumed.step(same, numbers<float>("1"), 0.1);
    CHECK(same_bits<float>(weights, same));

    Muon<float> idle(all, parameters, {.weight_decay = 0, .others = {.weight_decay = 0}});
    idle.step(same, std::vector<float>(all, 0.0f), 0.1);
    CHECK(same == weights);
}

TEST_CASE("muon: threads share a step, with the same bits") {
    std::vector<float> expected = numbers<float>("");
    Muon<float> alone(all, parameters);
    for (const std::string step : {"0", "1"}) alone.step(expected, numbers<float>(step), 0.1);
    for (const int count : {1, 2, 5}) {
        Threads threads(count);
        Muon<float> shared(all, parameters);
        shared.set_threads(threads);
        std::vector<float> weights = numbers<float>("");
        for (const std::string step : {"0", "1"}) shared.step(weights, numbers<float>(step), 0.1);
        CHECK(same_bits<float>(weights, expected));
    }
}

TEST_CASE("muon: impossible options and sizes are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const MuonOptions& options) {
        return message_of<OptionError>([&] { Muon<float>(all, parameters, options); });
    };
    CHECK(refused({}).empty());
    for (const double bad : {1.0, -0.1, nan}) CHECK(mentions(refused({.momentum = bad}), "momentum", "0 to below 1"));
    for (const double bad : {-1.0, nan}) CHECK(mentions(refused({.weight_decay = bad}), "weight decay"));
    CHECK(mentions(refused({.iterations = 0}), "iterations: 0 is not at least 1"));
    for (const double bad : {0.0, -1.0, nan}) CHECK(mentions(refused({.eps = bad}), "eps", "above 0"));
    CHECK(mentions(refused({.others = {.betas = {2, 0.9}}}), "betas"));
    CHECK(mentions(refused({.others_rate = -1}), "rate"));
    Muon<float> optimiser(all, parameters);
    std::vector<float> few(7), weights(all);
    CHECK(mentions(message_of<DataError>([&] { optimiser.step(few, few, 0.1); }), "368 parameters", "7 parameters"));
    CHECK(mentions(message_of<OptionError>([&] { optimiser.step(weights, weights, -1); }), "learning rate"));
}

}  // namespace muon_test
