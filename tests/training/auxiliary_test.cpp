#include "norma/training/auxiliary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "../support/message.hpp"
#include "norma/layers/linear.hpp"
#include "norma/layers/tap.hpp"
#include "norma/training/settings.hpp"
#include "norma/training/trainer.hpp"

namespace auxiliary_test {

using namespace norma;

namespace {
using Net = Network<Shape<4, 1, 1>, Linear<4>, Tap<"first", Linear<3>>, Tap<"features">, Linear<4>,
                    Tap<"second", Linear<3>>, Linear<3>>;
using Losses = std::vector<AuxiliaryLoss>;
}  // namespace

TEST_CASE("auxiliary losses: weights are in the order of the network") {
    const Losses losses{{"second", 0.5}, {"first", 0.25}};
    CHECK(weights_of_heads<Net>(losses) == std::vector{0.25, 0.5});
    CHECK(weights_of_heads<Network<Shape<4, 1, 1>, Linear<4>, Tap<"features">>>({}).empty());
}

TEST_CASE("auxiliary losses: a trainer wants a weight for each auxiliary head, and no other") {
    Net net(1);
    Threads threads(1);
    const auto refusal = [&](const Losses& losses) {
        return message_of<OptionError>([&] { Trainer<Net>(net, threads, {.auxiliary = losses}); });
    };
    CHECK(refusal({{"first", 0.3}, {"second", 0}}).empty());
    CHECK(mentions(refusal({{"first", 0.3}, {"second", 0.3}, {"features", 0.3}}), "no auxiliary head 'features'"));
    CHECK(mentions(refusal({{"first", 0.3}}), "the network has the auxiliary head 'second'",
                   ".auxiliary = {{\"second\", 0.3}}"));
    CHECK(mentions(refusal({{"first", 0.3}, {"second", 0.3}, {"third", 0.3}}), "no auxiliary head 'third'"));
    CHECK(mentions(refusal({{"first", 0.3}, {"second", 0.3}, {"first", 0.2}}), "'first' is there twice"));
    CHECK(mentions(refusal({{"first", -0.3}, {"second", 0.3}}), "the weight of 'first', -0.3"));
    CHECK(mentions(refusal({{"first", std::numeric_limits<double>::infinity()}, {"second", 0.3}}), "not a finite"));
    const Trainer<Net> trainer(net, threads, {.auxiliary = {{"first", 0.3}, {"second", 0.5}}});
    const std::vector<Setting> settings = settings_of(trainer);
    CHECK(std::ranges::count(settings, Setting{"weight of the loss of second", "0.5"}) == 1);
}

}  // namespace auxiliary_test
