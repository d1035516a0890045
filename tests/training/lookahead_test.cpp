#include "norma/training/lookahead.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "../support/averaged_run.hpp"
#include "../support/message.hpp"

namespace lookahead_test {

using namespace norma;

namespace {

template <class T>
void check_golden(const std::string& name, const Lookahead& options, double bound) {
    AveragedRun<T> run;
    detail::SlowWeights<T> slow(options, run.view());
    run.check(
        name, bound, [&] { slow.begin(run.view()); },
        [&](int step) {
            slow.after_step(run.view(), (step + 1) / 4.0);  // two epochs of four steps
            return run.all();
        });
    CHECK(slow.count() == 9);
}

}  // namespace

TEST_CASE("lookahead: the numbers of the recipe's formula in PyTorch") {
    check_golden<float>("lookahead", {.every = 3, .decay = 0.75}, 1e-6);
    check_golden<double>("lookahead", {.every = 3, .decay = 0.75}, 1e-14);
    const Lookahead growing{.every = 3, .decay = 0.75, .power = 3, .epochs = 2};
    check_golden<float>("lookahead_power", growing, 1e-6);
    check_golden<double>("lookahead_power", growing, 1e-14);
}

TEST_CASE("lookahead: a growing decay ends at its value, and stays there") {
    const Lookahead growing{.decay = 0.5, .power = 2, .epochs = 10};
    CHECK(growing.decay_at(5) == doctest::Approx(0.125));
    CHECK(growing.decay_at(10) == 0.5);
    CHECK(growing.decay_at(12) == 0.5);
    CHECK(Lookahead{}.decay_at(0) == 0.5);
}

TEST_CASE("lookahead: later steps depend only on the slow weights and the count; at the end the network gets them") {
    std::vector<double> a{1}, b{10}, c;
    const detail::NetworkNumbers<double> network{a, b, c};
    const Lookahead options{.every = 2, .decay = 0.5};
    detail::SlowWeights<double> slow(options, network), resumed(options, network);
    slow.copy_to(network);  // there are none yet
    CHECK(a[0] == 1);
    slow.begin(network);
    a[0] = 3;
    slow.after_step(network, 1);
    CHECK(a[0] == 3);
    for (std::size_t k = 0; k < 3; ++k) std::ranges::copy(slow.numbers().array(k), resumed.numbers().array(k).begin());
    resumed.count() = slow.count();
    resumed.begin(network);
    a[0] = 5;
    resumed.after_step(network, 2);
    CHECK(a[0] == 3);  // half the way from 1 to 5
    CHECK(b[0] == 10);
    a[0] = 7;
    resumed.copy_to(network);
    CHECK(a[0] == 3);
}

TEST_CASE("lookahead: impossible options are refused by name") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const Lookahead& options) {
        return message_of<OptionError>([&] { validate_options(options); });
    };
    CHECK(refused({}).empty());
    CHECK(mentions(refused({.every = 0}), "lookahead: every: 0 is not at least 1"));
    for (const double bad : {-0.1, 1.1, nan}) CHECK(mentions(refused({.decay = bad}), "decay: ", "not in 0 to 1"));
    for (const double bad : {-1.0, nan}) CHECK(mentions(refused({.power = bad, .epochs = 1}), "power: "));
    for (const double bad : {0.0, -1.0, nan}) CHECK(mentions(refused({.power = 1, .epochs = bad}), "epochs: "));
    CHECK(refused({.decay = 1, .power = 3, .epochs = 9.9}).empty());
}

}  // namespace lookahead_test
