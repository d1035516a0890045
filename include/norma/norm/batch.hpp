#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// Batch normalisation (Ioffe and Szegedy, 2015; PyTorch's BatchNorm2d): one mean and variance per channel over the
/// whole batch. Training normalises by the biased variance of the batch and moves the running averages by
/// `running_weight_of_new` towards its mean and unbiased variance; evaluation uses the running averages.
struct BatchNorm : NormDefaults {
    static constexpr Sentence name() { return "BatchNorm"; }
    static constexpr bool couples_samples = true;
    static constexpr int groups(int channels) { return channels; }
};

}  // namespace norma
