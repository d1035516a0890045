#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/activations.hpp"
#include "norma/layers/conv2d.hpp"
#include "norma/norm/policy.hpp"

namespace norma::inline NORMA_TARGET {

/// Conv2d, then the norm, then ReLU.
/// @snippet examples_test.cpp layers
template <int OutChannels, Size Kernel, class Norm, Size Stride = 1, Size Padding = 0>
struct Block {
    static_assert(
        NormPolicyCheck<Norm>::value,
        "norma: the third argument of Block<channels, kernel, Norm> must be a norm policy, such as BatchNorm, "
        "GroupNorm<2>, LayerNorm or NoNorm; a policy inherits NormDefaults and has name() and "
        "groups(channels).");
    /// Its convolution.
    using Conv = Conv2d<OutChannels, Kernel, Stride, Padding>;

    static constexpr FixedString name() {
        FixedString text = FixedString("Block<") << OutChannels << ", " << Kernel;
        if constexpr (NormPolicy<Norm>) text << ", " << Norm::name();
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<Conv>(builder);
        if constexpr (NormPolicy<Norm>) append_layer<Norm>(builder);
        append_layer<ReLU>(builder);
    }
};

}  // namespace norma::inline NORMA_TARGET
