#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/network/layer_label.hpp"
#include "norma/network/network_view.hpp"

namespace norma::inline NORMA_TARGET {

/// The nodes with a number that is not finite, in an array laid out as a network's parameters.
struct NonFiniteNodes {
    int first = -1;  ///< node of the graph; −1 if all is finite
    int last = -1;   ///< node of the graph, likewise
};

/// The nodes with numbers that are not finite in `parameters`, the network's parameters or their gradient.
template <class T>
NonFiniteNodes non_finite_nodes(const NetworkView<T>& network, std::span<const std::type_identity_t<T>> parameters) {
    NonFiniteNodes found;
    int number = 0;
    for (const Node& node : network.nodes) {
        const auto finite = [&](long long offset, int count) {
            return all_finite<T>(parameters.subspan(std::size_t(offset), std::size_t(count)));
        };
        if (!finite(node.weight_offset, node.facts.weight_count) || !finite(node.bias_offset, node.facts.bias_count)) {
            if (found.first < 0) found.first = number;
            found.last = number;
        }
        ++number;
    }
    return found;
}

/// The first number in a network that is not finite, in words, such as "a parameter of layer 3, Linear<10>" or
/// "a running statistic of layer 1, Block<8, 3, BatchNorm>"; empty if all are finite.
template <class T>
std::string non_finite_number(const NetworkView<T>& network) {
    if (const int node = non_finite_nodes(network, network.parameters).first; node >= 0) {
        return joined_text({"a parameter of ", layer_of(network, node)});
    }
    int number = 0;
    for (const Node& node : network.nodes) {
        if (node.facts.statistics_count > 0) {
            const auto at = std::size_t(node.running_offset);
            const auto channels = std::size_t(node.facts.statistics_count);
            if (!all_finite(network.running_mean.subspan(at, channels)) ||
                !all_finite(network.running_var.subspan(at, channels))) {
                return joined_text({"a running statistic of ", layer_of(network, number)});
            }
        }
        ++number;
    }
    return {};
}

/// The same of a network.
template <class Net>
    requires requires(const Net& network) { view_of(network); }
std::string non_finite_number(const Net& network) {
    return non_finite_number(view_of(network));
}

namespace detail {
/// Verifies that the network can predict.
/// @throws DataError if it has a number that is not finite. The message begins with `place`.
template <class T>
void verify_finite(const NetworkView<T>& network, std::string_view place = {}) {
    if (const std::string number = non_finite_number(network); !number.empty()) {
        raise<DataError>(
            {place, number, ", is not finite, so the network cannot predict; load or train other weights"});
    }
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
