#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/network/parameter_info.hpp"
#include "norma/training/learning_rate.hpp"

namespace norma::inline NORMA_TARGET {

/// One array of an optimiser's state: a number per parameter.
template <class T>
struct StateArray {
    std::string_view name;  ///< PyTorch's name for it
    std::span<T> values;    ///< in the parameters' order
};

/// Neighbouring parameters that an optimiser steps alike, in the array of all parameters.
struct ParameterRun {
    std::size_t offset = 0;                   ///< of the first number
    std::size_t size = 0;                     ///< numbers
    double rate = 1;                          ///< factor on the learning rate
    std::optional<double> weight_decay = {};  ///< in place of the optimiser's
};

/// Refuses a step whose parameters or gradient do not have the `size` of the optimiser's state.
/// @throws DataError
inline void refuse_other_sizes(std::size_t size, std::size_t parameters, std::size_t gradient) {
    if (parameters != size || gradient != size) {
        raise<DataError>({"an optimiser made for ", size, " parameters was given ", parameters,
                          " parameters and a gradient of ", gradient, " numbers"});
    }
}

/// Refuses a number that is not a learning rate.
/// @throws OptionError unless it is at least 0 and below 1,000,000.
inline void verify_rate(double rate) {
    if (!is_rate(rate)) {
        raise<OptionError>({"learning rate: ", rate, " is not at least 0 and below 1,000,000"});
    }
}

/// Refuses a number that is not a weight decay.
/// @throws OptionError unless it is at least 0 and below 1,000,000.
inline void verify_weight_decay(double decay) {
    if (!is_rate(decay)) {
        raise<OptionError>({"weight decay: ", decay, " is not at least 0 and below 1,000,000"});
    }
}

namespace detail {
/// Makes an optimiser for a network whose parameters are `infos`, `size` numbers with the gaps between them.
template <class O, class Infos>
O make_optimiser(std::size_t size, const Infos& infos, const typename O::Options& options) {
    if constexpr (std::constructible_from<O, std::size_t, std::span<const ParameterInfo>, const typename O::Options&>) {
        return O(size, infos(), options);
    } else {
        return O(size, options);
    }
}
}  // namespace detail

/// An optimiser of parameters of type `T`. Its constructor takes the number of parameters and its `Options`; one that
/// must know what the parameters are takes the number, `std::span<const ParameterInfo>` and its options. `step` changes
/// the parameters. `state()` is a range of `StateArray<T>` (`const T` if the optimiser is const): every array
/// that the next step depends on, for checkpoints. Optional: `steps()` and `set_steps(count)` of an optimiser that
/// counts its steps; `settings()`, its options as a range of `Setting`, so that a training is not resumed with other
/// options by mistake; `step` with a fourth argument, see `GroupOptimiser`; `set_threads(Threads&)`, to share a step
/// among the trainer's threads, with the same bits at any number.
template <class O, class T>
concept Optimiser =
    (std::constructible_from<O, std::size_t, const typename O::Options&> ||
     std::constructible_from<O, std::size_t, std::span<const ParameterInfo>,
                             const typename O::Options&>)&&requires(O& optimiser, const O& fixed,
                                                                    std::span<T> parameters,
                                                                    std::span<const T> gradient, double rate) {
        optimiser.step(parameters, gradient, rate);
        { *optimiser.state().begin() } -> std::convertible_to<StateArray<T>>;
        { *fixed.state().begin() } -> std::convertible_to<StateArray<const T>>;
    };

/// An optimiser that can step groups of parameters with rates and weight decays of their own: it steps each of `runs`,
/// and changes nothing between them.
template <class O, class T>
concept GroupOptimiser = Optimiser<O, T> && requires(O& optimiser, std::span<T> parameters, std::span<const T> gradient,
                                                     double rate, std::span<const ParameterRun> runs) {
    optimiser.step(parameters, gradient, rate, runs);
};

}  // namespace norma::inline NORMA_TARGET
