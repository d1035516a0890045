#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/builder.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// The graph of layers that are applied one after another to samples of shape `input`, which consist of `inputs` if
/// there are any. `problem()` is not empty if a layer refused its shape.
template <class... Layers>
constexpr GraphBuilder build(Extent input, std::span<const Extent> inputs = {}) {
    GraphBuilder builder(input, inputs);
    int position = 0;
    [[maybe_unused]] const auto add = [&]<class L>() {
        ++position;
        if constexpr (requires { L::name(); }) builder.enter(position, [] { return FixedString(L::name()); });
        append_layer<L>(builder);
    };
    (add.template operator()<Layers>(), ...);
    return builder;
}

}  // namespace norma::inline NORMA_TARGET
