#pragma once

#include "norma/core/target.hpp"
#include "norma/norm/options.hpp"

namespace norma::inline NORMA_TARGET {

/// Layer normalisation over the channels of each pixel (as in ConvNeXt, Liu et al., 2022; PyTorch's LayerNorm([C]) with
/// the channels last): one mean and variance per pixel of a sample; weight and bias per channel.
template <NormOptions Options = NormOptions{}>
struct BasicChannelLayerNorm : NormDefaults {
    static constexpr FixedString name() {
        return detail::name_with("ChannelLayerNorm", detail::changed_options(Options));
    }
    static constexpr bool per_pixel = true;
    static constexpr int groups(int) { return 1; }
    static constexpr Affine affine = Options.affine ? Affine::per_channel : Affine::none;
    static constexpr Fraction epsilon = Options.epsilon;
};

/// Layer normalisation over channels with PyTorch's defaults; ConvNeXt's own epsilon is {1, 1000000}.
struct ChannelLayerNorm : BasicChannelLayerNorm<> {};

}  // namespace norma::inline NORMA_TARGET
