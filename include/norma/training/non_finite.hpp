#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include "norma/core/target.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"
#include "norma/network/summary.hpp"

namespace norma::inline NORMA_TARGET {

/// A stage's layer for messages.
template <class Net>
std::string layer_of(int stage) {
    return layer_label<Net>(Net::template plan<training_mode>.stages[std::size_t(stage)].stage.layer);
}

/// Where something is not finite in an array laid out as `Net::parameters()`.
struct NonFiniteStages {
    int first = -1;  ///< stage of the plan; −1 if all is finite
    int last = -1;   ///< likewise
};

/// Looks through parameters, or their gradient, stage by stage.
template <class Net>
NonFiniteStages non_finite_stages(std::span<const typename Net::Scalar> parameters) {
    NonFiniteStages found;
    int stage = 0;
    for (const PlannedStage& s : Net::template plan<training_mode>.stages) {
        const auto finite = [&](int offset, int count) {
            return all_finite(parameters.subspan(std::size_t(offset), std::size_t(count)));
        };
        if (!finite(s.weight_offset, s.stage.weight_count()) || !finite(s.bias_offset, s.stage.bias_count())) {
            if (found.first < 0) found.first = stage;
            found.last = stage;
        }
        ++stage;
    }
    return found;
}

/// Says in words where the first number that is not finite came from in a training step whose loss was not, and what
/// to do. `run_again(first)` runs the same step again, bit for bit, watched by a `FirstNonFinite`.
template <class Net, std::invocable<FirstNonFinite&> RunAgain>
std::string origin_of_non_finite(const Net& network, const RunAgain& run_again) {
    if (const int stage = non_finite_stages<Net>(network.parameters()).first; stage >= 0) {
        return "a parameter of " + layer_of<Net>(stage) + ", is not finite; start from parameters that are";
    }
    FirstNonFinite first;
    run_again(first);
    if (!first.found()) {
        return "all that the layers make is finite, but the logits of a sample lie too far apart; lower the learning "
               "rate";
    }
    const std::string sample = "sample " + std::to_string(first.sample()) + " of the batch";
    if (first.stage() == FirstNonFinite::input) return "the input, " + sample + ", is not finite; mend the data";
    return "the first value that is not finite is in the output of " + layer_of<Net>(first.stage()) + ", for " +
           sample + "; lower the learning rate";
}

}  // namespace norma::inline NORMA_TARGET
