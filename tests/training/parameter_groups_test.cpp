#include "norma/training/parameter_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "../support/message.hpp"

namespace parameter_groups_test {

using namespace norma;

namespace {

using detail::ParameterGroups;

/// A convolution, two norms and a linear layer, as in a network; arrays begin at multiples of 16.
const std::vector<ParameterInfo> parameters = [] {
    using enum ParameterKind;
    std::vector<ParameterInfo> all;
    std::size_t offset = 0;
    const auto add = [&](const char* layer, const char* what, ParameterKind kind, std::size_t size, int node) {
        all.push_back({.name = std::string(layer) + what, .layer = layer, .kind = kind, .node = node});
        all.back().offset = offset;
        all.back().size = size;
        offset += (size + 15) / 16 * 16;
    };
    add("0", ".weight", convolution_weight, 20, 0);
    add("0", ".bias", bias, 4, 0);
    add("1", ".weight", norm_weight, 4, 1);
    add("1", ".bias", norm_bias, 4, 1);
    add("2", ".weight", norm_weight, 16, 3);
    add("2", ".bias", norm_bias, 16, 3);
    add("3", ".weight", linear_weight, 40, 4);
    return all;
}();

std::string text(const detail::TrainedGroups& groups) {
    std::string all;
    for (const ParameterRun& run : groups.runs()) {
        all += std::to_string(run.offset) + "+" + std::to_string(run.size) + " rate " + setting_text(run.rate) +
               (run.weight_decay ? " decay " + setting_text(*run.weight_decay) : "") + "; ";
    }
    return all;
}

}  // namespace

TEST_CASE("parameter groups: equal neighbours are one run, and a rule without a difference is one run of all") {
    ParameterGroups plain(parameters, [](const ParameterInfo&) { return ParameterGroup{}; });
    CHECK_FALSE(plain.begin_epoch(0));
    CHECK(text(plain) == "0+160 rate 1; ");
    CHECK(plain.settings().empty());
    CHECK_FALSE(bool(detail::make_groups(ParameterRule(), {}, nullptr, true)));  // without a rule there are none

    ParameterGroups groups(parameters, no_decay_on_norms_and_biases);
    CHECK_FALSE(groups.begin_epoch(0));
    CHECK(text(groups) == "0+32 rate 1; 32+80 rate 1 decay 0; 112+48 rate 1; ");
    CHECK(groups.settings().size() == 5);
    CHECK(groups.settings()[0] == Setting{"parameter 0.bias", "rate 1, weight decay 0"});
}

TEST_CASE("parameter groups: frozen parameters are in no run, and their gradient is 0") {
    ParameterGroups groups(parameters, [](const ParameterInfo& p) {
        return ParameterGroup{.rate = p.is_in("3") ? 0.5 : 1.0, .frozen = p.is_in("0")};
    });
    groups.begin_epoch(0);
    CHECK(text(groups) == "48+64 rate 1; 112+48 rate 0.5; ");
    std::vector<float> gradient(160, 1.0f);
    groups.clear_frozen<float>(gradient);
    CHECK(std::ranges::count(gradient, 0.0f) == 48);
    CHECK(gradient[47] == 0);
    CHECK(gradient[48] == 1);
    CHECK(groups.frozen_norms().empty());
    CHECK(groups.settings() == std::vector<Setting>{{"parameter 0.weight", "frozen"},
                                                    {"parameter 0.bias", "frozen"},
                                                    {"parameter 3.weight", "rate 0.5"}});
}

TEST_CASE("parameter groups: a norm is frozen if all of its parameters are") {
    const auto frozen_norms = [](const ParameterRule& rule) {
        ParameterGroups groups(parameters, rule);
        const bool changed = groups.begin_epoch(0);
        CHECK(changed == !groups.frozen_norms().empty());
        return std::vector<int>(groups.frozen_norms().begin(), groups.frozen_norms().end());
    };
    const auto frozen = [](bool is_frozen) { return ParameterGroup{.frozen = is_frozen}; };
    CHECK(frozen_norms([&](const ParameterInfo& p) { return frozen(p.is_in("1")); }) == std::vector<int>{1});
    CHECK(frozen_norms([&](const ParameterInfo& p) { return frozen(p.is_in("1") || p.is_in("2")); }) ==
          std::vector<int>{1, 3});
    CHECK(frozen_norms([&](const ParameterInfo& p) { return frozen(p.kind == ParameterKind::norm_weight); }).empty());
    CHECK(frozen_norms([&](const ParameterInfo& p) { return frozen(p.kind == ParameterKind::norm_bias); }).empty());
}

TEST_CASE("parameter groups: what is trained for some epochs is frozen from then on") {
    ParameterGroups groups(
        parameters, [](const ParameterInfo& p) { return ParameterGroup{.trained_epochs = p.is_in("1") ? 3 : 100}; });
    for (const int epoch : {0, 2}) {
        CHECK_FALSE(groups.begin_epoch(epoch));
        CHECK(text(groups) == "0+160 rate 1; ");
    }
    CHECK(groups.begin_epoch(3));
    CHECK(text(groups) == "0+48 rate 1; 80+80 rate 1; ");
    CHECK(groups.frozen_norms().size() == 1);
    CHECK_FALSE(groups.begin_epoch(4));
    CHECK(groups.settings()[2] == Setting{"parameter 1.weight", "rate 1, trained for 3 epochs"});
}

TEST_CASE("parameter groups: impossible groups are refused with the parameter's name") {
    const auto refused = [](const ParameterGroup& group) {
        return message_of<OptionError>([&] {
            ParameterGroups(parameters,
                            [&](const ParameterInfo& p) { return p.is_in("1") ? group : ParameterGroup{}; });
        });
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {-1.0, 1e6, nan}) {
        CHECK(mentions(refused({.rate = bad}), "parameters: the rule gives 1.weight the rate ", "at least 0"));
        CHECK(mentions(refused({.weight_decay = bad}), "1.weight the weight decay ", "below 1,000,000"));
    }
    CHECK(mentions(refused({.trained_epochs = -1}), "1.weight a negative number of trained epochs"));
    CHECK(refused({.frozen = true}).empty());
    CHECK(mentions(message_of<OptionError>([] {
                       ParameterGroups(parameters, [](const ParameterInfo&) { return ParameterGroup{.frozen = true}; });
                   }),
                   "freezes all parameters"));
    ParameterGroups later(
        parameters, [](const ParameterInfo& p) { return ParameterGroup{.trained_epochs = p.is_in("1") ? 1 : 3}; });
    for (const int epoch : {0, 1, 2}) CHECK_NOTHROW(later.begin_epoch(epoch));
    CHECK(message_of<OptionError>([&] { later.begin_epoch(3); }) ==
          "parameters: in epoch 3 (counted from 0) the rule freezes all parameters, so there is nothing to train; "
          "train fewer epochs, or some parameters for more (trained_epochs)");
}

}  // namespace parameter_groups_test
