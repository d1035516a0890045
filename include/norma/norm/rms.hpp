#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// Root mean square normalisation (Zhang and Sennrich, 2019; PyTorch's RMSNorm([C, H, W])): x / √(mean(x²) + ε) over
/// all of a sample, the mean not subtracted; a weight per element and no bias. ε is 2⁻²³, the distance from 1 to the
/// next float, which PyTorch takes for floats; here in double too.
struct RMSNorm : NormDefaults {
    static constexpr Sentence name() { return "RMSNorm"; }
    static constexpr bool subtracts_mean = false;
    static constexpr Affine affine = Affine::per_element;
    static constexpr bool has_bias = false;
    static constexpr Fraction epsilon{1, 1 << 23};
    static constexpr int groups(int) { return 1; }
};

}  // namespace norma
