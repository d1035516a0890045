#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/pointwise.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = f(x), element by element. Fusion makes it a part of a `Pointwise` or of a convolution.
struct Activation {
    static constexpr const char* name = "activation";

    Extent extent;                   ///< of input and output
    kernels::Activation activation;  ///< f

    constexpr OpFacts facts() const { return Pointwise{part()}.facts(); }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return Pointwise{part()}.needs(inputs); }
    /// The same as a pointwise op.
    constexpr kernels::Pointwise part() const { return {.extent = extent, .activation = activation}; }
    friend constexpr bool operator==(const Activation&, const Activation&) = default;
};

}  // namespace norma::inline NORMA_TARGET::ops
