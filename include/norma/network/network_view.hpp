#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

/// What checks and messages need of a network, without its type: code that takes a view is compiled once and not for
/// every network. Valid as long as the network.
template <class T>
struct NetworkView {
    std::span<const Node> nodes;          ///< of the graph, not fused
    std::span<const FixedString> layers;  ///< their names; the first is that of layer 1
    Extent input;                         ///< of a sample
    int outputs = 0;                      ///< numbers that the network gives for a sample
    Extent output;                        ///< their shape
    std::span<const T> parameters;        ///< see `BasicNetwork::parameters`
    std::span<const T> running_mean;      ///< see `BasicNetwork::running_mean`
    std::span<const T> running_var;       ///< see `BasicNetwork::running_var`
};

namespace detail {
template <class Net>
struct LayerNames;
template <class T, class Input, class... Layers>
struct LayerNames<BasicNetwork<T, Input, Layers...>> {
    static constexpr std::array<FixedString, sizeof...(Layers)> all{Layers::name()...};
};
}  // namespace detail

/// The view of `network`.
template <class Net>
NetworkView<typename Net::Scalar> view_of(const Net& network) {
    return {Net::graph.nodes,   detail::LayerNames<Net>::all, Net::input_extent,      Net::outputs,
            Net::output_extent, network.parameters(),         network.running_mean(), network.running_var()};
}

}  // namespace norma::inline NORMA_TARGET
