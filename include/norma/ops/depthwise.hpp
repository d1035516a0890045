#pragma once

#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/depthwise.hpp"
#include "norma/kernels/depthwise_weight_gradient.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/epilogue.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// A depthwise convolution. Inputs: x, and the skip if the epilogue adds one. `epilogue` and `folds_norm` are set by
/// fusion.
struct Depthwise {
    static constexpr const char* name = "depthwise";

    kernels::Depthwise shape;         ///< sizes
    bool bias = false;                ///< adds a learned number per output channel
    kernels::Epilogue epilogue = {};  ///< what is done to the sums before they are stored
    bool folds_norm = false;          ///< weights and bias have those of a norm in them: evaluation

    /// Do the kernels read the weights in another order than that of the parameters?
    constexpr bool splits_weights() const { return shape.multiplier > 1; }
    constexpr OpFacts facts() const {
        return {.output = shape.output,
                .inputs = epilogue.adds_skip ? 2 : 1,
                .weight_count = shape.weight_count(),
                .bias_count = bias ? shape.output.channels : 0,
                .fan_in = shape.kernel.pixels(),
                .multiply_adds = shape.multiply_adds(),
                .prepared_forward = splits_weights() ? shape.weight_count() : 0,
                .prepared_backward = splits_weights() ? shape.weight_count() : 0,
                .backward_reads_input = true,
                .backward_reads_output = bool(epilogue.activation)};
    }
    /// What the op needs, if its input does not fit it.
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], shape.input, shape.output);
        if (!needs.empty()) return needs;
        if (shape.multiplier < 1 || shape.output.channels != 1ll * shape.input.channels * shape.multiplier) {
            return FixedString("a depthwise convolution whose multiplier gives ")
                   << shape.output.channels << " channels";
        }
        if (!shape.fits()) {
            return FixedString("at most ") << most_elements << " weights, not " << shape.output.channels << "x"
                                           << shape.kernel.height << "x" << shape.kernel.width;
        }
        if (!kernels::windows_fit(shape)) {
            return FixedString("a convolution whose kernel, stride and padding give ") << shape.output;
        }
        return {};
    }
    friend constexpr bool operator==(const Depthwise&, const Depthwise&) = default;
};

/// Kernels of `Depthwise`.
template <class T, Depthwise Op>
struct KernelsOf<T, Op> {
    static constexpr kernels::Depthwise shape = Op.shape;

    /// The weights, in the order that the kernels read.
    static const T* weight(const Arguments<T>& a) { return Op.splits_weights() ? a.prepared() : a.weight(); }

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        kernels::depthwise_convolve<T, shape, Op.epilogue>(a.input(), weight(a),
                                                           Op.bias || Op.folds_norm ? a.bias() : nullptr, a.output(),
                                                           Op.epilogue.adds_skip ? a.input(1) : nullptr);
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        epilogue_gradient<T, Op.epilogue, shape.output>(a);
        const T* const dy = a.output_gradient();
        kernels::depthwise_convolve_weight_gradient<T, shape>(a.input(), dy, a.weight_gradient());
        if constexpr (Op.bias) kernels::depthwise_convolve_bias_gradient<T, shape>(dy, a.bias_gradient());
        if constexpr (To[0].wanted) {
            kernels::depthwise_convolve_input_gradient<T, shape, To[0].write>(dy, weight(a), a.input_gradient());
        }
    }

    /// Writes (`=`) the weights as `forward` reads them, if that is another order.
    static void prepare_forward(const T* from, T* prepared) { kernels::split_weights(shape, from, prepared); }
    /// The same for the gradient of the input.
    static void prepare_backward(const T* from, T* prepared) { prepare_forward(from, prepared); }
};

}  // namespace norma::inline NORMA_TARGET::ops
