#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "norma/core/target.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"

namespace norma::inline NORMA_TARGET {

/// The stages with a number that is not finite, in an array laid out as `Net::parameters()`.
struct NonFiniteStages {
    int first = -1;  ///< stage of the plan; −1 if all is finite
    int last = -1;   ///< stage of the plan, likewise
};

/// The stages with numbers that are not finite, in parameters or in their gradient.
template <class Net>
NonFiniteStages non_finite_stages(std::span<const typename Net::Scalar> parameters) {
    NonFiniteStages found;
    int stage = 0;
    for (const PlannedStage& s : Net::template plan<evaluation_mode>.stages) {
        const auto finite = [&](long long offset, int count) {
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

/// The first number in a network that is not finite, in words, such as "a parameter of layer 3, Linear<10>" or
/// "a running statistic of layer 1, Block<8, 3, BatchNorm>"; empty if all are finite.
template <class Net>
std::string non_finite_number(const Net& network) {
    if (const int stage = non_finite_stages<Net>(network.parameters()).first; stage >= 0) {
        return "a parameter of " + layer_of<Net>(stage);
    }
    int stage = 0;
    for (const PlannedStage& s : Net::template plan<evaluation_mode>.stages) {
        if (s.is_norm_over_batch()) {
            const auto at = std::size_t(s.statistics_offset);
            const auto channels = std::size_t(s.stage.pointwise.extent.channels);
            if (!all_finite(network.running_mean().subspan(at, channels)) ||
                !all_finite(network.running_variance().subspan(at, channels))) {
                return "a running statistic of " + layer_of<Net>(stage);
            }
        }
        ++stage;
    }
    return {};
}

}  // namespace norma::inline NORMA_TARGET
