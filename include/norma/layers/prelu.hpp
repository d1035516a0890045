#pragma once

#include "norma/core/target.hpp"
#include "norma/layers/layer.hpp"

namespace norma::inline NORMA_TARGET {

/// What has a learned slope of its own.
enum class Slopes {
    one,         ///< the layer: PyTorch's `num_parameters=1`
    per_channel  ///< each channel: PyTorch's `num_parameters` is the number of channels
};

/// y = x where x > 0, else slope · x, as PyTorch's `nn.PReLU`: one learned slope, or one per channel with
/// `PReLU<Slopes::per_channel>`, each `Initial` at first.
template <Slopes Of = Slopes::one, Fraction Initial = Fraction{1, 4}>
struct PReLU {
    static_assert(Initial.denominator > 0, "norma: PReLU<slopes, Fraction{n, d}> needs a positive denominator.");

    static constexpr FixedString name() {
        FixedString text("PReLU");
        if (Of == Slopes::one && Initial == Fraction{1, 4}) return text;
        text << (Of == Slopes::one ? "<one slope" : "<slopes per channel");
        if (Initial != Fraction{1, 4}) text << ", " << Initial.numerator << "/" << Initial.denominator;
        return text << ">";
    }
    static constexpr void append(GraphBuilder& builder) {
        builder.append(ops::PReLU{builder.shape(), Of == Slopes::per_channel, Initial});
    }
};

}  // namespace norma::inline NORMA_TARGET
