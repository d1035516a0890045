#pragma once

#include "norma/norm/policy.hpp"

namespace norma {

/// Group normalisation (Wu and He, 2018; PyTorch's GroupNorm): the channels of each sample in `Groups` sets of
/// neighbours, one mean and variance per set; weight and bias per channel.
template <int Groups>
struct GroupNorm : NormDefaults {
    static_assert(Groups > 0, "norma: GroupNorm<Groups> needs at least one group.");

    static constexpr Sentence name() { return Sentence("GroupNorm<") << Groups << ">"; }
    static constexpr int groups(int) { return Groups; }
};

}  // namespace norma
