#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// Layer normalisation (Ba, Kiros and Hinton, 2016; PyTorch's LayerNorm([C, H, W])): one mean and variance over all of
/// a sample; weight and bias per element.
struct LayerNorm : NormDefaults {
    static constexpr Sentence name() { return "LayerNorm"; }
    static constexpr Affine affine = Affine::per_element;
    static constexpr int groups(int) { return 1; }
};

}  // namespace norma
