#pragma once

#include "norma/layers/layer.hpp"

namespace layer_support {

/// Why the layer `L` refuses activations of 4×6×5 as third layer of a network; empty if it takes them.
template <class L>
constexpr norma::FixedString problem_of() {
    norma::GraphBuilder builder({4, 6, 5});
    builder.enter(3, [] { return norma::FixedString(L::name()); });
    norma::append_layer<L>(builder);
    return builder.problem();
}

}  // namespace layer_support
