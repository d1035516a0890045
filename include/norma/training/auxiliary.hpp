#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "norma/core/append.hpp"
#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/graph/mode.hpp"

namespace norma::inline NORMA_TARGET {

/// How much the loss of one auxiliary head counts.
struct AuxiliaryLoss {
    std::string tap;    ///< the head's name, of `Tap<"name", layers...>`
    double weight = 0;  ///< its loss is added to that of the network this many times
};

/// Weights of auxiliary losses, as in `{{"aux", 0.3}}`.
struct AuxiliaryLosses : std::vector<AuxiliaryLoss> {
    // Not `= default`: GCC 12 stops with an internal error at options in the initialiser of a member.
    AuxiliaryLosses() noexcept {}
    /// Of a vector.
    AuxiliaryLosses(const std::vector<AuxiliaryLoss>& losses) : std::vector<AuxiliaryLoss>(losses) {}
    /// Of a list.
    AuxiliaryLosses(std::initializer_list<AuxiliaryLoss> losses) : std::vector<AuxiliaryLoss>(losses) {}
};

namespace detail {
[[noreturn, gnu::cold]] inline void refuse_head(const std::string& name) {
    raise<OptionError>(
        {"auxiliary losses: the network has no auxiliary head '", name, "', that is Tap<\"", name, "\", layers...>"});
}
/// See below, of a network with these taps.
inline std::vector<double> weights_of_heads(const NamedValues& taps, std::span<const AuxiliaryLoss> losses) {
    std::vector<double> weights;
    for (const NamedValue& tap : taps) {
        if (!tap.is_in(training_mode)) continue;
        const std::string name(tap.name);
        const AuxiliaryLoss* found = nullptr;
        for (const AuxiliaryLoss& loss : losses) {
            if (found == nullptr && loss.tap == name) found = &loss;
        }
        if (found == nullptr) {
            raise<OptionError>({"auxiliary losses: the network has the auxiliary head '", name,
                                "'; give the weight of its loss: .auxiliary = {{\"", name, "\", 0.3}}"});
        }
        append(weights, found->weight);
    }
    for (const AuxiliaryLoss& loss : losses) {
        const NamedValue* const tap = find_tap(taps, loss.tap);
        if (tap == nullptr || !tap->is_in(training_mode)) {
            refuse_head(loss.tap);
        }
        int times = 0;
        for (const AuxiliaryLoss& other : losses) times += other.tap == loss.tap ? 1 : 0;
        if (times > 1) {
            raise<OptionError>({"auxiliary losses: '", loss.tap, "' is there twice"});
        }
        if (!is_finite(loss.weight) || loss.weight < 0) {
            raise<OptionError>({"auxiliary losses: the weight of '", loss.tap, "', ", loss.weight,
                                ", is not a finite number of at least 0"});
        }
    }
    return weights;
}
/// Has `Net` auxiliary heads?
template <class Net>
constexpr bool has_heads() {
    for (const NamedValue& tap : Net::graph.taps) {
        if (tap.is_in(training_mode)) return true;
    }
    return false;
}
/// Has the output of each auxiliary head of `Net` the shape of the network's output?
template <class Net>
constexpr bool heads_are_outputs() {
    for (const NamedValue& tap : Net::graph.taps) {
        if (tap.is_in(training_mode) && Net::graph.extent(tap.value) != Net::output_extent) return false;
    }
    return true;
}
}  // namespace detail

/// The weight of the loss of each auxiliary head of `Net`, in the order of the network.
/// @throws OptionError if a head has none or two, if there is no head of a name, or if a weight is negative or not
/// finite.
template <class Net>
std::vector<double> weights_of_heads(std::span<const AuxiliaryLoss> losses) {
    if constexpr (detail::has_heads<Net>()) {
        return detail::weights_of_heads(Net::graph.taps, losses);
    } else {
        if (!losses.empty()) detail::refuse_head(losses[0].tap);
        return {};
    }
}

}  // namespace norma::inline NORMA_TARGET
