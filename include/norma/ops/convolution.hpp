#pragma once

#include <span>

#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/epilogue.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// A convolution. Inputs: x, and the skip if the epilogue adds one. `epilogue` and `folds_norm` are set by fusion.
struct Convolution {
    static constexpr const char* name = "convolution";

    kernels::Convolution shape;       ///< sizes
    bool bias = false;                ///< adds a learned number per output channel
    kernels::Epilogue epilogue = {};  ///< what is done to the sums before they are stored
    bool folds_norm = false;          ///< weights and bias have those of a norm in them: evaluation
    int axes = 2;                     ///< of an image; 1 if the weight has no height in files

    constexpr OpFacts facts() const {
        return {.output = shape.output,
                .inputs = epilogue.adds_skip ? 2 : 1,
                .weight_count = shape.weight_count(),
                .bias_count = bias ? shape.output.channels : 0,
                .fan_in = shape.weight_count() / shape.output.channels,
                .multiply_adds = shape.multiply_adds(),
                .prepares = true,
                .backward_reads_input = true,
                .backward_reads_output = bool(epilogue.activation)};
    }
    constexpr Sentence needs(std::span<const Extent> inputs) const {
        const Sentence needs = shape_needs(inputs[0], shape.input, shape.output);
        if (!needs.empty()) return needs;
        const int groups = shape.groups;
        if (groups < 1 || shape.input.channels % groups != 0 || shape.output.channels % groups != 0) {
            return Sentence("channels that its ") << groups << " groups divide";
        }
        if (!shape.fits()) {
            return Sentence("at most ") << most_elements << " weights, not " << shape.output.channels << "x"
                                        << shape.group_inputs() << "x" << shape.kernel.height << "x"
                                        << shape.kernel.width;
        }
        if (!kernels::windows_fit(shape)) {
            return Sentence("a convolution whose kernel, stride and padding give ") << shape.output;
        }
        return {};
    }
    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

/// Kernels of `Convolution`.
template <class T, Convolution Op>
struct KernelsOf<T, Op> {
    static constexpr kernels::Convolution shape = Op.shape;

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        const auto ahead = a.prefetch(0, 1);
        kernels::convolve<T, shape, Op.epilogue>(a.input(), a.weight(), Op.bias || Op.folds_norm ? a.bias() : nullptr,
                                                 a.output(), Op.epilogue.adds_skip ? a.input(1) : nullptr, ahead);
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        epilogue_gradient<T, Op.epilogue, shape.output>(a);
        const T* const dy = a.output_gradient();
        constexpr int kernels_backward = To[0].wanted ? 2 : 1;
        kernels::convolve_weight_gradient<T, shape>(a.input(), dy, a.weight_gradient(),
                                                    a.prefetch(0, kernels_backward));
        if constexpr (Op.bias) kernels::convolve_bias_gradient<T, shape>(dy, a.bias_gradient());
        if constexpr (To[0].wanted) {
            kernels::convolve_input_gradient<T, shape, To[0].write>(
                dy, a.shared.transposed + a.step.weight_offset, a.input_gradient(), a.prefetch(1, kernels_backward));
        }
    }

    /// Transposes the weight, once a step: for the gradient of the input.
    static void prepare(const T* weight, T* transposed) { kernels::transpose_weights<T, shape>(weight, transposed); }
};

}  // namespace norma::inline NORMA_TARGET::ops
