#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// Rectified linear unit: y = max(x, 0); its gradient at 0 is 0.
struct ReLU {
    static constexpr Sentence name() { return "ReLU"; }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::Activation{builder.shape()});
    }
};

}  // namespace norma::inline NORMA_TARGET
