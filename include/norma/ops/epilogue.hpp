#pragma once

#include "norma/core/target.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/kernels/epilogue.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// An op with which fusion joins the pointwise op after it. It sets `epilogue`, which the op's kernels apply before
/// they store a sum, and `folds_norm`. `weight_stride` tells where an output channel's weights are.
template <class O>
concept HasEpilogue = requires(O op) {
    op.epilogue.activation;
    op.folds_norm;
};

/// Gradient of the activation of `E`, if it has one, in place. Training fuses only activations whose derivative follows
/// from the output, which has the shape `Output` and `Pitch` numbers from one pixel to the next. In a call for all
/// samples of a block, `sample` is the place of one of them.
template <class T, kernels::Epilogue E, Extent Output, int Pitch = Output.channels>
inline void epilogue_gradient(const Arguments<T>& a, int sample = 0) {
    if constexpr (E.activation) {
        const T* const y = a.output() + sample * a.distance(a.step.output);
        T* const dy = a.output_gradient() + sample * a.distance(a.step.output_gradient);
        constexpr bool whole = Pitch == Output.channels;  // all pixels are one run
        constexpr int rows = whole ? 1 : Output.pixels();
        for (int row = 0; row < rows; ++row) {
            kernels::activation_gradient_from_outputs<T, E.activation, Output.size() / rows>(y + row * Pitch,
                                                                                             dy + row * Pitch);
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::ops
