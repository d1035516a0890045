#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pool.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// What a pool over `windows` needs, if its input does not fit.
constexpr FixedString pool_needs(const kernels::Pooling& windows, Extent input) {
    const FixedString needs = shape_needs(input, windows.input, windows.output);
    if (!needs.empty()) return needs;
    if (!kernels::windows_fit(windows) || windows.output.channels != input.channels) {
        return FixedString("a pool whose windows give ") << windows.output;
    }
    return {};
}

/// The largest element of each window, by channel.
struct MaxPool {
    static constexpr const char* name = "max_pool";

    kernels::Pooling windows;  ///< sizes

    constexpr OpFacts facts() const {
        return {
            .output = windows.output, .is_cheap = true, .backward_reads_input = true, .backward_reads_output = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return pool_needs(windows, inputs[0]); }
    friend constexpr bool operator==(const MaxPool&, const MaxPool&) = default;
};

/// Kernels of `MaxPool`.
template <class T, MaxPool Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::max_pool<T, Op.windows>(a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::max_pool_gradient<T, Op.windows, To[0].write>(a.input(), a.output(), a.output_gradient(),
                                                                   a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
