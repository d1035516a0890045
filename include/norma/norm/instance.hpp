#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016; PyTorch's InstanceNorm2d(affine=True), which keeps no
/// running statistics): one mean and variance per channel of each sample; weight and bias per channel.
struct InstanceNorm : NormDefaults {
    static constexpr Sentence name() { return "InstanceNorm"; }
    static constexpr int groups(int channels) { return channels; }
};

}  // namespace norma
