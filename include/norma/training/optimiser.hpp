#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "norma/core/error.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/target.hpp"
#include "norma/training/learning_rate.hpp"

namespace norma::inline NORMA_TARGET {

/// One array of an optimiser's state, a number per parameter, under PyTorch's name for it.
template <class T>
struct StateArray {
    std::string_view name;  ///< PyTorch's
    std::span<T> values;    ///< laid out as the parameters
};

/// Refuses a step of an optimiser whose state has `size` numbers, if it is given other numbers of them.
/// @throws DataError
inline void refuse_other_sizes(std::size_t size, std::size_t parameters, std::size_t gradient) {
    if (parameters != size || gradient != size) {
        raise<DataError>("an optimiser made for " + std::to_string(size) + " parameters was given " +
                         std::to_string(parameters) + " parameters and a gradient of " + std::to_string(gradient) +
                         " numbers");
    }
}

/// Refuses what is no learning rate.
/// @throws OptionError unless it is at least 0 and below 1,000,000.
inline void verify_rate(double rate) {
    if (!is_rate(rate)) {
        raise<OptionError>("learning rate: " + number_text(rate) + " is not at least 0 and below 1,000,000");
    }
}

/// Refuses what is no weight decay.
/// @throws OptionError unless it is at least 0 and below 1,000,000.
inline void verify_weight_decay(double decay) {
    if (!is_rate(decay)) {
        raise<OptionError>("weight decay: " + number_text(decay) + " is not at least 0 and below 1,000,000");
    }
}

/// What can train parameters of type `T`: made for a number of them with its `Options`, it changes them by `step`, and
/// shows by `state()`, a range of `StateArray<T>` (of `const T` where it is const itself), every array that it carries
/// from step to step. One that also counts its steps has `steps()` and `set_steps(count)`. One
/// with `settings()`, its options as a range of `Setting`, is not resumed with others unawares.
template <class O, class T>
concept Optimiser =
    std::constructible_from<O, std::size_t, const typename O::Options&> &&
    requires(O& optimiser, const O& fixed, std::span<T> parameters, std::span<const T> gradient, double rate) {
        optimiser.step(parameters, gradient, rate);
        { *optimiser.state().begin() } -> std::convertible_to<StateArray<T>>;
        { *fixed.state().begin() } -> std::convertible_to<StateArray<const T>>;
    };

}  // namespace norma::inline NORMA_TARGET
