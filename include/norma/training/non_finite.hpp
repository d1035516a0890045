#pragma once

#include <concepts>
#include <string>

#include "norma/core/target.hpp"
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

}  // namespace norma::inline NORMA_TARGET
