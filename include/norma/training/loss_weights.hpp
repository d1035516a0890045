#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Weights in the options of a loss, as in `{.class_weights = {1, 2.5}}`; none is a weight of 1 for all.
struct LossWeights : std::vector<double> {
    // Not `= default`: GCC 12 stops with an internal error at options in the initialiser of a member.
    LossWeights() noexcept {}
    /// Of a vector.
    LossWeights(const std::vector<double>& weights) : std::vector<double>(weights) {}
    /// Of a list.
    LossWeights(std::initializer_list<double> weights) : std::vector<double>(weights) {}

    /// The weight of class or label `k`.
    double of(std::size_t k) const { return empty() ? 1.0 : (*this)[k]; }

    /// Checks that there are none, or `count` that are finite and not negative; `what` says in messages what they are.
    /// @throws OptionError
    void validate(std::string_view what, int count) const {
        if (!empty() && size() != static_cast<std::size_t>(count)) {
            raise<OptionError>({what, ": there are ", size(), ", but the network's output needs ", count});
        }
        for (const double weight : *this) {
            if (is_finite(weight) && weight >= 0) continue;
            raise<OptionError>({what, ": ", weight, " is not a finite number of at least 0"});
        }
    }
    /// All of them as a setting, or nothing if there are none.
    [[gnu::cold]] void add_to(std::vector<Setting>& settings, std::string_view name) const {
        if (empty()) return;
        std::string text;
        for (const double weight : *this) text += joined_text({text.empty() ? "" : ", ", weight});
        add_setting(settings, name, text);
    }
};

}  // namespace norma::inline NORMA_TARGET
