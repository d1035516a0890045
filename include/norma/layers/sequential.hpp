#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class L>
constexpr FixedString part_name() {
    if constexpr (requires { L::name(); }) return L::name();
    return "?";
}
}  // namespace detail

/// Names of layers, separated by commas, for a name such as `Residual<…>`.
template <class... Layers>
constexpr FixedString names_of() {
    FixedString text;
    const char* separator = "";
    ((text << separator << detail::part_name<Layers>(), separator = ", "), ...);
    return text;
}

/// Layers in sequence, as one layer.
template <class... Layers>
struct Sequential {
    static constexpr FixedString name() { return FixedString("Sequential<") << names_of<Layers...>() << ">"; }
    static constexpr void append(GraphBuilder& builder) { (append_layer<Layers>(builder), ...); }
};

}  // namespace norma::inline NORMA_TARGET
