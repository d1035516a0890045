#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/transposed_convolution.hpp"
#include "norma/kernels/weight_order.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/epilogue.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// A transposed convolution. Inputs: x, and the skip if the epilogue adds one. `epilogue` and `folds_norm` are set by
/// fusion.
struct TransposedConvolution {
    static constexpr const char* name = "transposed_convolution";

    kernels::Convolution back;        ///< the convolution from the output to the input; one group
    bool bias = false;                ///< adds a learned number per output channel
    kernels::Epilogue epilogue = {};  ///< what is done to the sums before they are stored
    bool folds_norm = false;          ///< weights and bias have those of a norm in them: evaluation

    /// Rows and columns at the end of the output beyond those that the windows give without them.
    constexpr Size output_padding() const {
        const auto added = [](int output, int input, int kernel, int stride, int padding, int dilation) {
            return output - ((input - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1);
        };
        return {added(back.input.height, back.output.height, back.kernel.height, back.stride.height,
                      back.padding.height, back.dilation.height),
                added(back.input.width, back.output.width, back.kernel.width, back.stride.width, back.padding.width,
                      back.dilation.width)};
    }

    constexpr void set_pitches(int input, int output) {
        back.output_pitch = input;
        back.input_pitch = output;
    }
    constexpr OpFacts facts() const {
        return {.output = back.input,
                .inputs = epilogue.adds_skip ? 2 : 1,
                .weight_count = back.weight_count(),
                .weight_stride = back.output.channels,
                .bias_count = bias ? back.input.channels : 0,
                .fan_in = back.weight_count() / back.output.channels,
                .multiply_adds = back.multiply_adds(),
                .prepared_forward = back.weight_count(),
                .backward_reads_input = true,
                .backward_reads_output = bool(epilogue.activation),
                .reads_slice = {true},
                .writes_slice = true};
    }
    /// What the op needs, if its input does not fit it.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], back.output, back.input);
        if (!needs.empty()) return needs;
        if (back.groups != 1) return "one group";
        if (!back.fits()) {
            return FixedString("at most ")
                   << most_elements << " weights, not " << back.output.channels << "x" << back.input.channels << "x"
                   << back.kernel.height << "x" << back.kernel.width;
        }
        if (back.input.channels < 1 || !kernels::windows_fit(back)) {
            return FixedString("a transposed convolution whose kernel, stride and padding give ") << back.input;
        }
        return {};
    }
    friend constexpr bool operator==(const TransposedConvolution&, const TransposedConvolution&) = default;
};

/// Kernels of `TransposedConvolution`.
template <class T, TransposedConvolution Op>
struct KernelsOf<T, Op> {
    static constexpr kernels::Convolution back = Op.back;  ///< the convolution from y to x

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::convolve_transposed<T, back, Op.epilogue>(
            a.input(), a.prepared(), Op.bias || Op.folds_norm ? a.bias() : nullptr, a.output(),
            Op.epilogue.adds_skip ? a.input(1) : nullptr, a.prefetch(0, 1));
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        epilogue_gradient<T, Op.epilogue, back.input, back.input_step()>(a);
        const T* const dy = a.output_gradient();
        constexpr int kernels_backward = To[0].wanted ? 2 : 1;
        kernels::convolve_transposed_weight_gradient<T, back>(a.input(), dy, a.weight_gradient(),
                                                              a.prefetch(0, kernels_backward));
        if constexpr (Op.bias) kernels::convolve_transposed_bias_gradient<T, back>(dy, a.bias_gradient());
        if constexpr (To[0].wanted) {
            kernels::convolve_transposed_input_gradient<T, back, To[0].write>(dy, a.weight(), a.input_gradient(),
                                                                              a.prefetch(1, kernels_backward));
        }
    }

    /// Transposes the weight, once a step: for the output.
    static void prepare_forward(const T* weight, T* transposed) {
        kernels::transpose_weights<T, back>(weight, transposed);
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
