#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/copy.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// A part of an image, or an image in a frame of zeros: channels, rows and columns from an offset on, which may be
/// negative; every `stride`-th row and column.
struct Slice {
    static constexpr const char* name = "slice";

    kernels::Slice shape;  ///< sizes and offsets

    constexpr void set_pitches(int input, int output) {
        shape.input_pitch = input;
        shape.output_pitch = output;
    }
    constexpr OpFacts facts() const {
        return {.output = shape.output, .is_cheap = true, .reads_slice = {true}, .writes_slice = true};
    }
    /// What the op needs, if its input does not fit.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], shape.input, shape.output);
        if (!needs.empty()) return needs;
        const bool is_slice = shape.stride.height > 0 && shape.stride.width > 0 && shape.output.channels > 0 &&
                              shape.output.height > 0 && shape.output.width > 0;
        return is_slice ? FixedString() : FixedString("a slice of positive size and stride");
    }
    friend constexpr bool operator==(const Slice&, const Slice&) = default;
};

/// Kernels of `Slice`.
template <class T, Slice Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::slice<T>(Op.shape, a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::slice_gradient<T, To[0].write>(Op.shape, a.output_gradient(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
