#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "norma/core/fixed_string.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/network/network_view.hpp"

namespace norma::inline NORMA_TARGET {

/// What messages call a layer of these names: "layer 3, Linear<10>", with its position in the network, counted from 1.
inline std::string layer_label(std::span<const FixedString> layers, int layer) {
    return joined_text({"layer ", layer, ", ", layers[std::size_t(layer - 1)].view()});
}

/// The same for a layer of the network `Net`.
template <class Net>
std::string layer_label(int layer) {
    return layer_label(detail::LayerNames<Net>::all, layer);
}

/// What messages call the layer of node `node` of the graph.
template <class T>
std::string layer_of(const NetworkView<T>& network, int node) {
    return layer_label(network.layers, network.nodes[std::size_t(node)].layer);
}

}  // namespace norma::inline NORMA_TARGET
