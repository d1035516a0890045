#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/pool.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"
#include "norma/ops/max_pool.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The mean of each window, by channel; padding counts as zeros.
struct AveragePool {
    static constexpr const char* name = "avg_pool";

    kernels::Pooling windows;  ///< sizes

    constexpr void set_pitches(int input, int output) {
        windows.input_pitch = input;
        windows.output_pitch = output;
    }
    constexpr OpFacts facts() const {
        return {.output = windows.output,
                .takes_bf16 = !windows.overlaps(),
                .is_cheap = true,
                .reads_slice = {true},
                .writes_slice = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return pool_needs(windows, inputs[0]); }
    friend constexpr bool operator==(const AveragePool&, const AveragePool&) = default;
};

/// Kernels of `AveragePool`.
template <class T, AveragePool Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::average_pool<T, Op.windows>(a.input(), a.output());
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted) {
            kernels::average_pool_gradient<T, Op.windows, To[0].write>(a.output_gradient(), a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
