#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Group normalisation (Wu and He, 2018; PyTorch's GroupNorm): one mean and variance per sample and group, a group
/// being a run of neighbouring channels; weight and bias per channel.
/// @snippet examples_test.cpp norms
template <int Groups, NormOptions Options = NormOptions{}>
struct GroupNorm : NormDefaults {
    static_assert(Groups > 0, "norma: GroupNorm<Groups> needs at least one group.");

    static constexpr FixedString name() {
        return detail::name_with(FixedString("GroupNorm<") << Groups << ">", detail::changed_options(Options));
    }
    static constexpr int groups(int) { return Groups; }
    static constexpr Affine affine = Options.affine ? Affine::per_channel : Affine::none;
    static constexpr Fraction epsilon = Options.epsilon;
};

}  // namespace norma::inline NORMA_TARGET
