#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// y = Factor · x: `Scale<Fraction{1, 2}>` halves.
template <Fraction Factor>
struct Scale {
    static_assert(Factor.denominator > 0, "norma: Scale<Fraction{n, d}> needs a positive denominator.");

    static constexpr FixedString name() {
        return FixedString("Scale<") << Factor.numerator << "/" << Factor.denominator << ">";
    }
    static constexpr void append(GraphBuilder& builder) { builder.append(ops::Scale{builder.shape(), Factor}); }
};

/// y = weight · x with a learned weight per channel, each `Initial` at first (Touvron et al., 2021): the last layer of
/// a residual's branch, as in ConvNeXt. In files it is a module whose parameter `weight` has the shape C×1×1.
template <Fraction Initial = Fraction{1, 1'000'000}>
struct LayerScale {
    static_assert(Initial.denominator > 0, "norma: LayerScale<Fraction{n, d}> needs a positive denominator.");

    static constexpr FixedString name() {
        return FixedString("LayerScale<") << Initial.numerator << "/" << Initial.denominator << ">";
    }
    static constexpr void append(GraphBuilder& builder) { builder.append(ops::LayerScale{builder.shape(), Initial}); }
};

}  // namespace norma::inline NORMA_TARGET
