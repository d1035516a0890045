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
    bool marks = false;        ///< keeps a mark of each maximum for the backward pass, which then reads nothing else;
                               ///< set by fusion

    constexpr void set_pitches(int input, int output) {
        windows.input_pitch = input;
        windows.output_pitch = output;
    }
    /// With marks the output is stored where it is at most half as large as the input: to recompute it, the input must
    /// be there.
    constexpr OpFacts facts() const {
        const bool is_large = 2ll * windows.output.size() > windows.input.size();
        return {.output = windows.output,
                .mask_count = marks ? windows.output.size() : 0,
                .takes_bf16 = !windows.overlaps(),
                .is_cheap = !marks || is_large,
                .backward_reads_input = !marks,
                .backward_reads_output = !marks,
                .reads_slice = {true},
                .writes_slice = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const { return pool_needs(windows, inputs[0]); }
    friend constexpr bool operator==(const MaxPool&, const MaxPool&) = default;
};

/// Kernels of `MaxPool`.
template <class T, MaxPool Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        if constexpr (Op.marks && !Recompute) {
            kernels::marked_max_pool<T, Op.windows>(a.input(), a.output(), a.mask());
        } else {
            kernels::max_pool<T, Op.windows>(a.input(), a.output());
        }
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        if constexpr (To[0].wanted && Op.marks) {
            kernels::marked_max_pool_gradient<T, Op.windows, To[0].write>(a.mask(), a.output_gradient(),
                                                                          a.input_gradient());
        } else if constexpr (To[0].wanted) {
            kernels::max_pool_gradient<T, Op.windows, To[0].write>(a.input(), a.output(), a.output_gradient(),
                                                                   a.input_gradient());
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
