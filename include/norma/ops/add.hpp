#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/pointwise.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = a + b, two values of one shape. Fusion makes it a part of a `Pointwise` or of a convolution.
struct Add {
    static constexpr const char* name = "add";

    Extent extent;  ///< of both inputs and the output

    constexpr OpFacts facts() const { return Pointwise{part()}.facts(); }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return Pointwise{part()}.needs(inputs); }
    /// The same as a pointwise op.
    constexpr kernels::Pointwise part() const { return {.extent = extent, .adds_skip = true}; }
    friend constexpr bool operator==(const Add&, const Add&) = default;
};

}  // namespace norma::inline NORMA_TARGET::ops
