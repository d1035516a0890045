#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/resample.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The image in another size: upsampling, or the mean of windows that need not be of one size.
struct Resample {
    static constexpr const char* name = "resample";

    kernels::Resampling shape;  ///< sizes

    constexpr void set_pitches(int input, int output) {
        shape.input_pitch = input;
        shape.output_pitch = output;
    }
    constexpr OpFacts facts() const {
        return {.output = shape.output, .is_cheap = true, .reads_slice = {true}, .writes_slice = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], shape.input, shape.output);
        if (!needs.empty()) return needs;
        const Extent out = shape.output;
        if (out.channels != shape.input.channels || out.height < 1 || out.width < 1) {
            return FixedString("an image of as many channels, not ") << out;
        }
        return {};
    }
    friend constexpr bool operator==(const Resample&, const Resample&) = default;
};

/// Kernels of `Resample`.
template <class T, Resample Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::resample<T, Op.shape>(a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::resample_gradient<T, Op.shape, To[0].write>(a.output_gradient(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
