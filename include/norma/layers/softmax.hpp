#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// y[c] = exp(x[c]) / Σ exp(x[k]) over the channels of each pixel: PyTorch's Softmax(dim=1). The losses for classes
/// take the numbers before a softmax.
struct Softmax {
    static constexpr FixedString name() { return "Softmax"; }
    static constexpr void append(GraphBuilder& builder) { builder.append(ops::Softmax{builder.shape()}); }
};

}  // namespace norma::inline NORMA_TARGET
