#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// `Count` layers of one kind in sequence, for deep networks. In files they are numbered from 0, as in nn.Sequential.
/// @snippet examples_test.cpp layers
template <int Count, class L>
struct Repeat {
    static_assert(Count > 0, "norma: Repeat<count, layer> needs a positive count.");

    static constexpr FixedString name() {
        FixedString text = FixedString("Repeat<") << Count << ", ";
        if constexpr (requires { L::name(); }) text << L::name();
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        for (int i = 0; i < Count; ++i) append_layer<L>(builder);
    }
};

}  // namespace norma::inline NORMA_TARGET
