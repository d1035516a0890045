#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "norma/core/joined_text.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/auxiliary.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/loss.hpp"

namespace norma::inline NORMA_TARGET {

/// What this trainer's steps depend on besides seed, schedule and data: its options, and those of its loss, its
/// optimiser and its schedule if these have `settings()`. Not the number of epochs or threads: both may change when a
/// training is resumed.
template <class Training>
[[gnu::cold]] std::vector<Setting> settings_of(const Training& trainer) {
    std::vector<Setting> settings = detail::settings_of_loss(trainer.options().loss);
    const double max_grad_norm = trainer.options().max_grad_norm;
    add_setting(settings, "largest norm of the gradient",
                max_grad_norm < std::numeric_limits<double>::max() ? setting_text(max_grad_norm) : "none");
    for (const AuxiliaryLoss& loss : trainer.options().auxiliary) {
        add_setting(settings, joined_text({"weight of the loss of ", loss.tap}), setting_text(loss.weight));
    }
    add_settings(settings, trainer.weight_update().settings());
    if constexpr (requires { trainer.optimiser().settings(); }) {
        for (const Setting& setting : trainer.optimiser().settings())
            add_setting(settings, setting.name, setting.value);
    }
    if constexpr (requires { trainer.options().learning_rate.settings(); }) {
        for (const Setting& setting : trainer.options().learning_rate.settings()) {
            add_setting(settings, setting.name, setting.value);
        }
    }
    return settings;
}

/// Epochs of a schedule that are compared. There is a limit, so that the checkpoint of a very long training stays
/// small.
inline constexpr int most_sampled_epochs = 500;

/// The rates of a schedule at the beginning and in the middle of each of its first `epochs` epochs, at most
/// `most_sampled_epochs`, as if an epoch had two steps. This tells schedules apart, also those that users write.
template <LearningRate Rate>
std::vector<double> sampled_rates(const Rate& rate, int epochs) {
    std::vector<double> rates;
    for (int epoch = 0; epoch < std::min(epochs, most_sampled_epochs); ++epoch) {
        for (int step = 0; step < 2; ++step) {
            rates.push_back(rate_at(rate, {epoch, step, 2}, {}));
        }
    }
    return rates;
}

/// A line that says where two schedules first differ, by their `sampled_rates`; empty if they agree in the epochs that
/// both have. Relative differences up to 1e-9 are ignored, for machines compute cosines differently.
template <class = void>
std::string difference_of_rates(std::span<const double> there, std::span<const double> here) {
    for (std::size_t i = 0; i < std::min(there.size(), here.size()); ++i) {
        const bool same = setting_text(there[i]) == setting_text(here[i]) ||  // NaN equals NaN
                          std::abs(there[i] - here[i]) <= 1e-9 * std::min(std::abs(there[i]), std::abs(here[i]));
        if (same) continue;
        return "\n  learning rate in epoch " + std::to_string(i / 2) + ": " + setting_text(there[i]) + " there, " +
               setting_text(here[i]) + " here";
    }
    return {};
}

}  // namespace norma::inline NORMA_TARGET
