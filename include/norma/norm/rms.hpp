#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of a root mean square norm, for instance `BasicRMSNorm<RMSNormOptions{.affine = false}>`.
struct RMSNormOptions {
    /// Added to the mean square under the root, as a fraction. The default, 2⁻²³ (the distance from 1 to the next
    /// float), is PyTorch's for floats; here it is the default for double too.
    Fraction epsilon{1, 1 << 23};
    /// Whether a weight is learned.
    bool affine = true;
};

/// Root mean square normalisation (Zhang and Sennrich, 2019; PyTorch's RMSNorm([C, H, W])): x / √(mean(x²) + ε) over
/// all of a sample, the mean not subtracted; a weight per element and no bias.
template <RMSNormOptions Options = RMSNormOptions{}>
struct BasicRMSNorm : NormDefaults {
    static constexpr FixedString name() { return detail::name_with("RMSNorm", detail::changed_options(Options)); }
    static constexpr bool subtracts_mean = false;
    static constexpr Affine affine = Options.affine ? Affine::per_element : Affine::none;
    static constexpr bool has_bias = false;
    static constexpr Fraction epsilon = Options.epsilon;
    static constexpr int groups(int) { return 1; }
};

/// Root mean square normalisation with PyTorch's defaults.
struct RMSNorm : BasicRMSNorm<> {};

}  // namespace norma::inline NORMA_TARGET
