#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/multiply.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = factor · x.
struct Scale {
    static constexpr const char* name = "scale";

    Extent extent;             ///< of input and output
    kernels::Fraction factor;  ///< the same for all elements

    constexpr OpFacts facts() const { return {.output = extent, .is_cheap = true, .gradient_over_output = true}; }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return shape_needs(inputs[0], extent, extent); }
    friend constexpr bool operator==(const Scale&, const Scale&) = default;
};

/// Kernels of `Scale`.
template <class T, Scale Op>
struct KernelsOf<T, Op> {
    static constexpr T factor = Op.factor.template as<T>();  ///< as a number

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::scale<T, kernels::Write::assign>(factor, a.input(), Op.extent.size(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::scale<T, To[0].write>(factor, a.output_gradient(), Op.extent.size(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
