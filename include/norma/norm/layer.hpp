#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Layer normalisation (Ba, Kiros and Hinton, 2016; PyTorch's LayerNorm([C, H, W])): one mean and variance over all of
/// a sample; weight and bias per element.
template <NormOptions Options = NormOptions{}>
struct BasicLayerNorm : NormDefaults {
    static constexpr FixedString name() { return detail::name_with("LayerNorm", detail::changed_options(Options)); }
    static constexpr Affine affine = Options.affine ? Affine::per_element : Affine::none;
    static constexpr Fraction epsilon = Options.epsilon;
    static constexpr int groups(int) { return 1; }
};

/// Layer normalisation with PyTorch's defaults.
struct LayerNorm : BasicLayerNorm<> {};

}  // namespace norma::inline NORMA_TARGET
