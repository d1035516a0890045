#pragma once

#include <algorithm>
#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/copy.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// One of a network's inputs: y[k] = x[first + k], where x is the sample, a vector, and y an image of `output`.
struct Input {
    static constexpr const char* name = "input";

    int sample = 0;  ///< numbers of the whole sample
    Extent output;   ///< of this input
    int first = 0;   ///< where it begins
    int number = 0;  ///< which input it is

    /// The same as a slice of the vector.
    constexpr kernels::Slice as_slice() const { return {{sample, 1, 1}, {output.size(), 1, 1}, {}, 0, 0, first}; }
    constexpr OpFacts facts() const { return {.output = output, .is_cheap = true}; }
    /// What the op needs, if its input does not fit.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        return shape_needs(inputs[0], {sample, 1, 1}, output);
    }
    friend constexpr bool operator==(const Input&, const Input&) = default;
};

/// Kernels of `Input`.
template <class T, Input Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        std::copy_n(a.input() + Op.first, Op.output.size(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::slice_gradient<T, To[0].write>(Op.as_slice(), a.output_gradient(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
