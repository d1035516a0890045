#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/pointwise.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// Sets each unit to 0 with a probability and divides the others by the probability of being kept, in modes that have
/// dropout; else y = x. Fusion makes it a part of a `Pointwise`, or leaves it out.
struct Dropout {
    static constexpr const char* name = "dropout";

    Extent extent;              ///< of input and output
    kernels::DropoutRate rate;  ///< of the units dropped

    constexpr OpFacts facts() const { return Pointwise{part()}.facts(); }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return Pointwise{part()}.needs(inputs); }
    /// The same as a pointwise op.
    constexpr kernels::Pointwise part() const { return {.extent = extent, .drops = true, .rate = rate}; }
    friend constexpr bool operator==(const Dropout&, const Dropout&) = default;
};

}  // namespace norma::inline NORMA_TARGET::ops
