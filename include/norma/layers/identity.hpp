#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// y = x: a branch that is the input itself, as `Concat<Identity, …>` needs.
struct Identity {
    static constexpr FixedString name() { return "Identity"; }
    static constexpr void append(GraphBuilder&) {}
};

}  // namespace norma::inline NORMA_TARGET
