#pragma once

#include <span>
#include <string>
#include <string_view>

#include "norma/core/finite.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"

namespace norma::inline NORMA_TARGET {

/// Says in words where the first number that is not finite came from, after a step whose result was not finite, and
/// what to do: `remedy` if the network and the data are finite. `run_again(first)` must repeat the step bit for bit,
/// with the `FirstNonFinite` as its `watch`.
template <class T>
[[gnu::cold]] std::string origin_of_non_finite(const NetworkView<T>& network,
                                               FunctionRef<void(FirstNonFinite&)> run_again,
                                               std::string_view remedy = "lower the learning rate") {
    if (const int node = non_finite_nodes(network, network.parameters).first; node >= 0) {
        return joined_text(
            {"a parameter of ", layer_of(network, node), ", is not finite; start from finite parameters"});
    }
    FirstNonFinite first;
    run_again(first);
    if (!first.found()) {
        return joined_text(
            {"the outputs of all layers are finite, but numbers of a sample are too far apart; ", remedy});
    }
    const std::string sample = joined_text({"sample ", first.sample(), " of the batch"});
    if (first.node() == FirstNonFinite::input)
        return joined_text({"the input, ", sample, ", is not finite; correct the data"});
    return joined_text({"the first value that is not finite is in the output of ", layer_of(network, first.node()),
                        ", for ", sample, "; ", remedy});
}

/// What in a training step is not finite, and where that began, in words.
struct StepProblem {
    std::string what;    ///< empty if all is finite
    std::string origin;  ///< where it began, and what to do
};

/// Checks a step that had the mean loss `loss` and this gradient. `infinite_statistics()` is the first node whose
/// statistics of the batch are not finite, or −1; `run_again` is as in `origin_of_non_finite`.
template <class T>
StepProblem problem_of_step(const NetworkView<T>& network, double loss, FunctionRef<int()> infinite_statistics,
                            std::span<const T> gradient, FunctionRef<void(FirstNonFinite&)> run_again) {
    if (!is_finite(loss)) return {"the loss is not a finite number", origin_of_non_finite(network, run_again)};
    if (const int node = infinite_statistics(); node >= 0) {
        return {"the statistics of the batch are not finite, although the loss is finite,",
                joined_text({"those of ", layer_of(network, node), ", are the first; lower the learning rate"})};
    }
    if (!all_finite(gradient)) {
        const int node = non_finite_nodes(network, gradient).last;
        return {"the gradient is not finite, although the loss is finite,",
                joined_text({"that of ", layer_of(network, node),
                             ", is the first in the backward pass; lower the learning rate"})};
    }
    return {};
}

}  // namespace norma::inline NORMA_TARGET
