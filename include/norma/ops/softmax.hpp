#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/softmax.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// Softmax over the channels of each pixel.
struct Softmax {
    static constexpr const char* name = "softmax";

    Extent extent;  ///< of input and output

    constexpr OpFacts facts() const {
        return {.output = extent, .backward_reads_output = true, .gradient_over_output = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return shape_needs(inputs[0], extent, extent); }
    friend constexpr bool operator==(const Softmax&, const Softmax&) = default;
};

/// Kernels of `Softmax`.
template <class T, Softmax Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::softmax<T, Op.extent>(a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::softmax_gradient<T, Op.extent, To[0].write>(a.output(), a.output_gradient(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
