#pragma once

#include <cstddef>
#include <string_view>

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// A text as a template argument: `Named<"conv1", …>`.
template <std::size_t Size>
struct Literal {
    char text[Size] = {};  ///< ends in 0

    /// Of a literal.
    constexpr Literal(const char (&literal)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
    }
    /// The text without its final 0.
    constexpr std::string_view view() const { return {text, Size - 1}; }
};

/// The layer `L` with a name of its own in files, in place of its number in the sequence: with
/// `Named<"layer1", Repeat<2, L>>` the weights are called "layer1.0.…" and "layer1.1.…". With the empty name, the parts
/// of `L` have names as if they were parts of the layer around it. It computes what `L` does.
/// @snippet examples_test.cpp layers
template <Literal Name, class L>
struct Named {
    static_assert(Name.view().find('.') == std::string_view::npos,
                  "norma: Named<name, layer> needs a name without a dot.");

    /// Its name in files.
    static constexpr std::string_view state_name() { return Name.view(); }
    static constexpr FixedString name() {
        if constexpr (requires { L::name(); }) return L::name();
        return "?";
    }
    static constexpr void append(GraphBuilder& builder) { append_layer<L>(builder); }
};

}  // namespace norma::inline NORMA_TARGET
