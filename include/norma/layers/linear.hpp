#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/conv2d.hpp"

namespace norma::inline NORMA_TARGET {

/// Fully connected layer: y = weight · x + bias over all elements of the sample; y has shape OutFeatures × 1 × 1. In
/// files the weight's columns are in PyTorch's order C, H, W. It runs as a 1×1 convolution of one pixel, whose channels
/// are all numbers of the sample in their order in memory.
template <int OutFeatures, Bias WithBias = Bias::yes>
struct Linear {
    static_assert(OutFeatures > 0, "norma: Linear<features> needs at least one output feature.");

    static constexpr FixedString name() { return FixedString("Linear<") << OutFeatures << ">"; }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::Linear{builder.shape(), OutFeatures, WithBias == Bias::yes});
    }
};

}  // namespace norma::inline NORMA_TARGET
