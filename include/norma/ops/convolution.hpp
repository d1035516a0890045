#pragma once

#include <span>

#include "norma/core/sentence.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/kernels/winograd.hpp"
#include "norma/kernels/winograd_gradient.hpp"
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

    /// Which algorithm computes it.
    constexpr bool by_winograd() const { return kernels::uses_winograd(shape); }
    constexpr OpFacts facts() const {
        return {.output = shape.output,
                .inputs = epilogue.adds_skip ? 2 : 1,
                .weight_count = shape.weight_count(),
                .bias_count = bias ? shape.output.channels : 0,
                .fan_in = shape.weight_count() / shape.output.channels,
                .multiply_adds = shape.multiply_adds(),
                .prepared_forward = by_winograd() ? kernels::winograd_weight_count(shape) : 0,
                .prepared_backward = by_winograd() ? kernels::winograd_weight_count(shape) : shape.weight_count(),
                .scratch_forward = by_winograd() ? kernels::winograd_scratch(shape, most_block, false) : 0,
                .scratch_backward = by_winograd() ? kernels::winograd_scratch(shape, most_block, true) : 0,
                .block = by_winograd() ? kernels::winograd_block(shape) : 1,
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

    /// Samples that one call is for.
    static int samples(const Arguments<T>& a) { return Op.facts().block > 1 ? a.samples : 1; }

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        const T* const bias = Op.bias || Op.folds_norm ? a.bias() : nullptr;
        const T* const skip = Op.epilogue.adds_skip ? a.input(1) : nullptr;
        if constexpr (Op.by_winograd()) {
            kernels::winograd_convolve<T, shape, Op.epilogue>(samples(a), a.input(), a.step.inputs[0].size,
                                                              a.prepared(), bias, a.output(), a.step.output.size, skip,
                                                              a.step.inputs[1].size, a.scratch, a.prefetch(0, 1));
        } else {
            kernels::convolve<T, shape, Op.epilogue>(a.input(), a.weight(), bias, a.output(), skip, a.prefetch(0, 1));
        }
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        T* const dy = a.output_gradient();
        const long long dy_size = a.step.output_gradient.size;
        for (int i = 0; i < samples(a); ++i) {
            epilogue_gradient<T, Op.epilogue, shape.output>(a, i);
            if constexpr (Op.bias) kernels::convolve_bias_gradient<T, shape>(dy + i * dy_size, a.bias_gradient());
        }
        constexpr int kernels_backward = To[0].wanted ? 2 : 1;
        const auto ahead = a.prefetch(0, kernels_backward);
        if constexpr (Op.by_winograd()) {
            kernels::winograd_weight_gradient<T, shape>(samples(a), a.input(), a.step.inputs[0].size, dy, dy_size,
                                                        a.weight_gradient(), a.scratch, ahead);
        } else {
            kernels::convolve_weight_gradient<T, shape>(a.input(), dy, a.weight_gradient(), ahead);
        }
        if constexpr (To[0].wanted) {
            const auto ahead_of_second = a.prefetch(1, kernels_backward);
            if constexpr (Op.by_winograd()) {
                kernels::winograd_input_gradient<T, shape, To[0].write>(
                    samples(a), dy, dy_size, a.prepared(), a.input_gradient(), a.step.input_gradients[0].size,
                    a.scratch, ahead_of_second);
            } else {
                kernels::convolve_input_gradient<T, shape, To[0].write>(dy, a.prepared(), a.input_gradient(),
                                                                        ahead_of_second);
            }
        }
    }

    static void prepare_forward(const T* weight, T* prepared) {
        if constexpr (Op.by_winograd()) {
            kernels::winograd_weights(weight, shape.input.channels, shape.output.channels, prepared);
        }
    }
    static void prepare_backward(const T* weight, T* prepared) {
        if constexpr (Op.by_winograd()) {
            kernels::winograd_transposed_weights(weight, shape.input.channels, shape.output.channels, prepared);
        } else {
            kernels::transpose_weights<T, shape>(weight, prepared);
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
