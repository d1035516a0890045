#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/copy.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// y = x: a copy that no other node reads, for the loss or the caller. So the value itself can be overwritten, and what
/// reads it can be fused wherever the copy is not needed.
struct Tap {
    static constexpr const char* name = "tap";

    Extent extent;  ///< of input and output

    constexpr OpFacts facts() const {
        return {.output = extent, .takes_bf16 = false, .is_cheap = true, .passes_gradient = {true}};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return shape_needs(inputs[0], extent, extent); }
    friend constexpr bool operator==(const Tap&, const Tap&) = default;
};

/// Kernels of `Tap`.
template <class T, Tap Op>
struct KernelsOf<T, Op> {
    static constexpr int size = Op.extent.size();  ///< of an image

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::copy_channels<T, kernels::Write::assign>(a.input(), size, 1, size, a.output(), size);
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted && !To[0].is_output_gradient) {
            kernels::copy_channels<T, To[0].write>(a.output_gradient(), size, 1, size, a.input_gradient(), size);
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
