#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/multiply.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = weight · x, with a learned weight per channel.
struct LayerScale {
    static constexpr const char* name = "layer_scale";

    Extent extent;              ///< of input and output
    kernels::Fraction initial;  ///< the first value of each weight

    constexpr OpFacts facts() const {
        return {.output = extent,
                .weight_count = extent.channels,
                .initial_weight = initial.as<double>(),
                .is_cheap = true,
                .backward_reads_input = true,
                .gradient_over_output = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return shape_needs(inputs[0], extent, extent); }
    friend constexpr bool operator==(const LayerScale&, const LayerScale&) = default;
};

/// Kernels of `LayerScale`.
template <class T, LayerScale Op>
struct KernelsOf<T, Op> {
    static constexpr int pixels = Op.extent.pixels();    ///< of an image
    static constexpr int channels = Op.extent.channels;  ///< of an image

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::multiply_channels<T, kernels::Write::assign>(a.input(), a.weight(), pixels, channels, a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        const T* const dy = a.output_gradient();
        kernels::sum_channel_products<T, kernels::Write::add>(dy, a.input(), pixels, channels, a.weight_gradient());
        if constexpr (To[0].wanted) {
            kernels::multiply_channels<T, To[0].write>(dy, a.weight(), pixels, channels, a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
