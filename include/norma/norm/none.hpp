#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/policy.hpp"

namespace norma::inline NORMA_TARGET {

/// No normalisation: y = x, no parameters.
struct NoNorm : NormDefaults {
    static constexpr FixedString name() { return "NoNorm"; }
    static constexpr bool normalises = false;
    static constexpr Affine affine = Affine::none;
    static constexpr int groups(int) { return 1; }
};

}  // namespace norma::inline NORMA_TARGET
