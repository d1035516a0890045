#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/multiply.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = a · b: two values of one shape, or b has one pixel, whose numbers are the factors of the channels.
struct Multiply {
    static constexpr const char* name = "multiply";

    Extent extent;             ///< of a and the output
    bool per_channel = false;  ///< b has one pixel

    /// The shape of b.
    constexpr Extent factors() const { return per_channel ? Extent{extent.channels, 1, 1} : extent; }

    constexpr OpFacts facts() const {
        return {.output = extent, .inputs = 2, .is_cheap = true, .backward_reads_input = true};
    }
    /// What the op needs, if its inputs do not fit.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], extent, extent);
        if (!needs.empty()) return needs;
        if (inputs[1] != factors()) return FixedString("factors of shape ") << factors() << ", not " << inputs[1];
        return {};
    }
    friend constexpr bool operator==(const Multiply&, const Multiply&) = default;
};

/// Kernels of `Multiply`.
template <class T, Multiply Op>
struct KernelsOf<T, Op> {
    static constexpr int pixels = Op.per_channel ? Op.extent.pixels() : 1;
    static constexpr int channels = Op.extent.size() / pixels;

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::multiply_channels<T, kernels::Write::assign>(a.input(0), a.input(1), pixels, channels, a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        const T* const dy = a.output_gradient();
        if constexpr (To[0].wanted) {
            kernels::multiply_channels<T, To[0].write>(dy, a.input(1), pixels, channels, a.input_gradient(0));
        }
        if constexpr (To[1].wanted) {
            kernels::sum_channel_products<T, To[1].write>(dy, a.input(0), pixels, channels, a.input_gradient(1));
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
