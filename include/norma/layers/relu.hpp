#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/stage.hpp"

namespace norma::inline NORMA_TARGET {

/// Rectified linear unit: y = max(x, 0); its gradient at 0 is 0.
struct ReLU {
    static constexpr Sentence name() { return "ReLU"; }
    static constexpr void append(StageBuilder& builder) {
        kernels::Pointwise stage{};
        stage.extent = builder.shape();
        stage.relu = true;
        builder.pointwise(stage);
    }
};

}  // namespace norma::inline NORMA_TARGET
