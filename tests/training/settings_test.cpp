#include "norma/training/settings.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "norma/layers/linear.hpp"
#include "norma/training/adamw.hpp"
#include "norma/training/trainer.hpp"

namespace settings_test {

using namespace norma;

namespace {

using Net = Network<Shape<1, 1, 2>, Linear<2>>;

/// A user's own schedule, with a rate for each of three epochs and no others.
struct Table {
    std::vector<double> rates{0.1, 0.2, 0.3};
    double at(const TrainingTime& time) const { return rates.at(std::size_t(time.epoch)) / (1 + time.step); }
};

}  // namespace

TEST_CASE("a trainer's settings are its options and its optimiser's, but not its epochs") {
    Net net;
    Threads threads(1);
    const Trainer<Net> sgd(net, threads,
                           {.epochs = 3, .optimiser = {.momentum = 0.5, .weight_decay = 1e-3}, .max_grad_norm = 2});
    CHECK(settings_of(sgd) == std::vector<Setting>{{"label smoothing", "0"},
                                                   {"largest norm of the gradient", "2"},
                                                   {"momentum", "0.5"},
                                                   {"weight decay", "0.001"},
                                                   {"Nesterov", "no"}});
    const Trainer<Net> more(net, threads,
                            {.epochs = 9, .optimiser = {.momentum = 0.5, .weight_decay = 1e-3}, .max_grad_norm = 2});
    CHECK(settings_of(more) == settings_of(sgd));
    const Trainer<Net, CrossEntropy, AdamW> adam(net, threads, {.loss = {.label_smoothing = 0.1}});
    CHECK(settings_of(adam) == std::vector<Setting>{{"label smoothing", "0.1"},
                                                    {"largest norm of the gradient", "none"},
                                                    {"first beta", "0.9"},
                                                    {"second beta", "0.999"},
                                                    {"eps", "1e-08"},
                                                    {"weight decay", "0.01"}});
}

TEST_CASE("a schedule is sampled twice an epoch, and never after its end") {
    CHECK(sampled_rates(Table{}, 3) == std::vector<double>{0.1, 0.05, 0.2, 0.1, 0.3, 0.15});
    CHECK(sampled_rates(StepLR(1, 1, 0.5), 3) == std::vector<double>{1, 1, 0.5, 0.5, 0.25, 0.25});
    CHECK(sampled_rates(StepLR(1), 100'000).size() == 2 * most_sampled_epochs);
}

TEST_CASE("schedules differ if their rates differ in an epoch that both have") {
    const std::vector<double> there = sampled_rates(StepLR(0.01, 2), 4);
    CHECK(difference_of_rates(there, sampled_rates(StepLR(0.01, 2), 9)).empty());
    CHECK(difference_of_rates(there, sampled_rates(StepLR(0.01, 2), 1)).empty());
    CHECK(difference_of_rates(there, sampled_rates(StepLR(0.01, 2, 0.5), 4)) ==
          "\n  learning rate in epoch 2: 0.001 there, 0.005 here");
    CHECK(difference_of_rates(there, sampled_rates(StepLR(0.01, 2, 0.5), 2)).empty());
    CHECK(difference_of_rates(sampled_rates(CosineAnnealingLR(0.1, 4), 4),
                              sampled_rates(CosineAnnealingLR(0.1, 8), 8)) != "");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(difference_of_rates(std::vector{nan, 0.1}, std::vector{nan, 0.1 * (1 + 1e-12)}).empty());
    CHECK(difference_of_rates(std::vector{nan}, std::vector{0.1}) ==
          "\n  learning rate in epoch 0: nan there, 0.1 here");
    CHECK(difference_of_rates(std::vector{0.0}, std::vector{1e-300}) != "");
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(difference_of_rates(std::vector{infinity}, std::vector{infinity}).empty());
    CHECK(difference_of_rates(std::vector{0.1}, std::vector{infinity}) != "");
}

}  // namespace settings_test
