#pragma once

#include "norma/layers/conv2d.hpp"

namespace norma {

/// Fully connected layer: y = weight · x + bias over all elements of the sample, in PyTorch's order C, H, W for the
/// weight's columns. Its output has shape OutFeatures × 1 × 1. It is a convolution whose kernel covers the whole image.
template <int OutFeatures, Bias WithBias = Bias::yes>
struct Linear {
    static_assert(OutFeatures > 0, "norma: Linear<features> needs at least one output feature.");

    static constexpr Sentence name() { return Sentence("Linear<") << OutFeatures << ">"; }
    static constexpr void append(StageBuilder& builder) {
        const Extent in = builder.shape();
        builder.convolve({in, Extent{OutFeatures, 1, 1}, in.height, in.width, 1, 0}, WithBias == Bias::yes);
    }
};

}  // namespace norma
