#pragma once

#include <concepts>
#include <span>
#include <string>

#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/non_finite_numbers.hpp"

namespace norma::inline NORMA_TARGET {

/// Says in words where the first number that is not finite came from in a step whose result was not, and what to do:
/// `remedy` where neither the network nor the data held such a number. `run_again(first)` runs the same step again, bit
/// for bit, watched by a `FirstNonFinite`.
template <class Net, std::invocable<FirstNonFinite&> RunAgain>
std::string origin_of_non_finite(const Net& network, const RunAgain& run_again,
                                 const std::string& remedy = "lower the learning rate") {
    if (const int stage = non_finite_stages<Net>(network.parameters()).first; stage >= 0) {
        return "a parameter of " + layer_of<Net>(stage) + ", is not finite; start from parameters that are";
    }
    FirstNonFinite first;
    run_again(first);
    if (!first.found()) {
        return "all that the layers make is finite, but numbers of a sample lie too far apart; " + remedy;
    }
    const std::string sample = "sample " + std::to_string(first.sample()) + " of the batch";
    if (first.stage() == FirstNonFinite::input) return "the input, " + sample + ", is not finite; mend the data";
    return "the first value that is not finite is in the output of " + layer_of<Net>(first.stage()) + ", for " +
           sample + "; " + remedy;
}

/// What of a training step is not finite, and where that began, in words.
struct StepProblem {
    std::string what;    ///< empty if all is finite
    std::string origin;  ///< of it, and what to do
};

/// Looks at the step that `executor` ran last, of this batch, with this head and name, whose mean loss was `loss`.
template <class Net, SampleBatch<typename Net::Scalar> Batch, class Head>
StepProblem problem_of_step(Executor<Net, training_mode>& executor, const Net& network, const Batch& batch,
                            const Head& head, StepName name, double loss) {
    if (!is_finite(loss)) {
        const auto again = [&](FirstNonFinite& first) { executor.run(network, batch, head, name, &first); };
        return {"the loss is not a finite number", origin_of_non_finite(network, again)};
    }
    if constexpr (Net::couples_samples) {
        if (const int stage = executor.stage_with_infinite_statistics(); stage >= 0) {
            return {"the statistics of the batch are not finite, although the loss is,",
                    "those of " + layer_of<Net>(stage) + ", are the first; lower the learning rate"};
        }
    }
    if (!all_finite(std::span<const typename Net::Scalar>(executor.gradient()))) {
        const int stage = non_finite_stages<Net>(executor.gradient()).last;
        return {"the gradient is not finite, although the loss is,",
                "that of " + layer_of<Net>(stage) + ", is the first on the way back; lower the learning rate"};
    }
    return {};
}

}  // namespace norma::inline NORMA_TARGET
