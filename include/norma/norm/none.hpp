#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// No normalisation: y = x, no parameters.
struct NoNorm : NormDefaults {
    static constexpr Sentence name() { return "NoNorm"; }
    static constexpr bool normalises = false;
    static constexpr Affine affine = Affine::none;
    static constexpr int groups(int) { return 1; }
};

}  // namespace norma
