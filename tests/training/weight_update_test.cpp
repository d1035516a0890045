#include "norma/training/weight_update.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "../support/message.hpp"

namespace weight_update_test {

using namespace norma;

namespace {

using Update = detail::WeightUpdate<double>;

/// A network of 16 parameters, of which a step subtracts the gradient.
struct Toy {
    std::vector<double> parameters = std::vector<double>(16, 1.0), mean{5}, variance{7};

    detail::NetworkNumbers<double> numbers() { return {parameters, mean, variance}; }
    /// Batch `batch` of an epoch of three, with 2 samples, whose gradient is `gradient` everywhere.
    void take(Update& update, double gradient, int epoch, int batch) {
        std::vector<double> g(16, gradient);
        if (!update.take(g, 2, batch == 2)) return;
        update.before_step(numbers());
        for (std::size_t i = 0; i < 16; ++i) parameters[i] -= g[i];
        update.after_step(numbers(), {epoch, batch, 3});
    }
};

Update made(Toy& toy) {
    return Update({}, Lookahead{.every = 2, .decay = 0.5}, WeightAverage{.decay = 0.75, .from_epoch = 1}, 2,
                  toy.numbers());
}

}  // namespace

TEST_CASE("weight update: by default every batch is a step, and nothing else happens") {
    Toy toy;
    Update update;
    toy.take(update, 0.25, 0, 0);
    CHECK(toy.parameters == std::vector<double>(16, 0.75));
    update.finish(toy.numbers());
    update.copy_average_to(toy.numbers());
    CHECK(toy.parameters == std::vector<double>(16, 0.75));
    update.visit_state([](const std::string&, auto) { FAIL("no counts"); },
                       [](const std::string&, auto) { FAIL("no arrays"); });
}

TEST_CASE(
    "weight update: steps of two batches, the last of an epoch of one; resumed after any batch with the same bits") {
    const auto gradient = [](int k) { return 0.125 * (k % 4); };
    for (int stop = 0; stop <= 6; ++stop) {
        CAPTURE(stop);
        Toy whole, toy;
        Update update = made(whole), first = made(toy), second = made(toy);
        for (int k = 0; k < 6; ++k) whole.take(update, gradient(k), k / 3, k % 3);
        for (int k = 0; k < stop; ++k) toy.take(first, gradient(k), k / 3, k % 3);
        std::map<std::string, double> counts;
        std::map<std::string, std::vector<double>> arrays;
        const Update& fixed = first;
        fixed.visit_state(
            [&](const std::string& name, auto count) { counts[name] = double(count); },
            [&](const std::string& name, auto values) { arrays[name].assign(values.begin(), values.end()); });
        CHECK(counts.size() == 4);
        CHECK(arrays.size() == 7);
        second.visit_state(
            [&](const std::string& name, auto& count) {
                count = static_cast<std::remove_cvref_t<decltype(count)>>(counts.at(name));
            },
            [&](const std::string& name, auto values) { std::ranges::copy(arrays.at(name), values.begin()); });
        for (int k = stop; k < 6; ++k) toy.take(second, gradient(k), k / 3, k % 3);
        CHECK(toy.parameters == whole.parameters);
        second.copy_average_to(toy.numbers());
        update.copy_average_to(whole.numbers());
        CHECK(toy.parameters == whole.parameters);
    }
    // By hand: steps of 0.0625, 0.25 (then lookahead), 0.1875 and 0.125 (then lookahead); the average is of the last
    // two.
    Toy toy;
    Update update = made(toy);
    for (int k = 0; k < 6; ++k) toy.take(update, gradient(k), k / 3, k % 3);
    const double slow = 1 - 0.3125 / 2;
    const double third = slow - (gradient(3) + gradient(4)) / 2;
    const double last = slow + (third - gradient(5) - slow) / 2;
    CHECK(toy.parameters[0] == doctest::Approx(last).epsilon(1e-14));
    CHECK(toy.mean[0] == 5);
    update.copy_average_to(toy.numbers());
    CHECK(toy.parameters[15] == doctest::Approx(third + 0.25 * (last - third)).epsilon(1e-14));
}

TEST_CASE("weight update: at the end the network gets the slow weights; what is frozen has the gradient 0") {
    Toy toy;
    const ParameterInfo first{.name = "0.weight", .offset = 0, .size = 2},
        second{.name = "1.weight", .offset = 16, .size = 3};
    const std::vector<ParameterInfo> infos{first, second};
    std::vector<double> parameters(32, 1.0), none;
    Update update({infos, [](const ParameterInfo& p) { return ParameterGroup{.frozen = p.name == "0.weight"}; }},
                  Lookahead{.every = 5}, {}, 1, {parameters, none, none});
    update.groups().begin_epoch(0);
    std::vector<double> gradient(32, 1.0);
    CHECK(update.take(gradient, 4, false));
    CHECK(std::ranges::count(gradient, 0.0) == 16);
    update.before_step({parameters, none, none});
    parameters[16] = 9;
    update.after_step({parameters, none, none}, {0, 0, 1});
    CHECK(parameters[16] == 9);
    update.finish({parameters, none, none});
    CHECK(parameters[16] == 1);
}

TEST_CASE("weight update: impossible options are refused by name") {
    Toy toy;
    CHECK(mentions(message_of<OptionError>([&] { Update({}, {}, {}, 0, toy.numbers()); }),
                   "batches per step: 0 is not at least 1"));
    CHECK(mentions(message_of<OptionError>([&] { Update({}, Lookahead{.every = 0}, {}, 1, toy.numbers()); }), "every"));
}

}  // namespace weight_update_test
