#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/prelu.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = x where x > 0, else slope · x, with one learned slope or one per channel.
struct PReLU {
    static constexpr const char* name = "prelu";

    Extent extent;              ///< of input and output
    bool per_channel = false;   ///< else there is one slope
    kernels::Fraction initial;  ///< the first value of each slope

    /// How many there are.
    constexpr int slopes() const { return per_channel ? extent.channels : 1; }
    constexpr OpFacts facts() const {
        return {.output = extent,
                .weight_count = slopes(),
                .initial_weight = initial.as<double>(),
                .is_cheap = true,
                .backward_reads_input = true,
                .gradient_over_output = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return shape_needs(inputs[0], extent, extent); }
    friend constexpr bool operator==(const PReLU&, const PReLU&) = default;
};

/// Kernels of `PReLU`.
template <class T, PReLU Op>
struct KernelsOf<T, Op> {
    static constexpr int slopes = Op.slopes();     ///< of the op
    static constexpr int size = Op.extent.size();  ///< of an image

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::prelu<T>(a.input(), a.weight(), slopes, size, a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        const T* const dy = a.output_gradient();
        kernels::prelu_slope_gradient<T>(a.input(), dy, slopes, size, a.weight_gradient());
        if constexpr (To[0].wanted) {
            kernels::prelu_gradient<T, To[0].write>(a.input(), a.weight(), slopes, size, dy, a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
