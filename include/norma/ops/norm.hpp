#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/pointwise.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = (x − mean) / √(variance + ε) · weight + bias. Fusion makes it a part of a `Pointwise`.
struct Norm {
    static constexpr const char* name = "norm";

    kernels::Pointwise shape;  ///< of a norm and nothing else

    constexpr OpFacts facts() const { return Pointwise{shape}.facts(); }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return Pointwise{shape}.needs(inputs); }
    /// The same as a pointwise op.
    constexpr kernels::Pointwise part() const { return shape; }
    friend constexpr bool operator==(const Norm&, const Norm&) = default;
};

}  // namespace norma::inline NORMA_TARGET::ops
