#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016; PyTorch's InstanceNorm2d without running statistics):
/// one mean and variance per channel of each sample; weight and bias per channel.
template <NormOptions Options = NormOptions{}>
struct BasicInstanceNorm : NormDefaults {
    static constexpr FixedString name() { return detail::name_with("InstanceNorm", detail::changed_options(Options)); }
    static constexpr int groups(int channels) { return channels; }
    static constexpr Affine affine = Options.affine ? Affine::per_channel : Affine::none;
    static constexpr Fraction epsilon = Options.epsilon;
};

/// Instance normalisation with PyTorch's defaults, except that weight and bias are learned:
/// InstanceNorm2d(affine=True).
struct InstanceNorm : BasicInstanceNorm<> {};

}  // namespace norma::inline NORMA_TARGET
