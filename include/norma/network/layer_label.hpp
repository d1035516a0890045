#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/network/network.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class Net>
struct LayerNames;
template <class T, class Input, class... Layers>
struct LayerNames<BasicNetwork<T, Input, Layers...>> {
    static constexpr std::array<Sentence, sizeof...(Layers)> all{Layers::name()...};
};
}  // namespace detail

/// What messages call a layer: "layer 3, Linear<10>", with its position in the network, counted from 1.
template <class Net>
std::string layer_label(int layer) {
    return "layer " + std::to_string(layer) + ", " +
           std::string(detail::LayerNames<Net>::all[std::size_t(layer - 1)].view());
}

/// What messages call the layer of stage `stage` of the plan. Stages have the same numbers in every mode.
template <class Net>
std::string layer_of(int stage) {
    return layer_label<Net>(Net::template plan<evaluation_mode>.stages[std::size_t(stage)].stage.layer);
}

}  // namespace norma::inline NORMA_TARGET
