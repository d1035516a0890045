#pragma once

#include <span>
#include <type_traits>

#include "norma/core/fixed_string.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/bias_gradient.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/convolution_choice.hpp"
#include "norma/kernels/paired_convolution.hpp"
#include "norma/kernels/paired_weight_gradient.hpp"
#include "norma/kernels/windows.hpp"
#include "norma/kernels/winograd_weights.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/convolution_algorithms.hpp"
#include "norma/ops/epilogue.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// A convolution. Inputs: x, and the skip if the epilogue adds one. `epilogue` and `folds_norm` are set by
/// fusion.
struct Convolution {
    static constexpr const char* name = "convolution";

    kernels::Convolution shape;               ///< sizes
    bool bias = false;                        ///< adds a learned number per output channel
    kernels::Epilogue epilogue = {};          ///< what is done to the sums before they are stored
    bool folds_norm = false;                  ///< weights and bias have those of a norm in them: evaluation
    int axes = 2;                             ///< of an image; 1 if the weight has no height in files
    Precision precision = Precision::scalar;  ///< of products

    /// Is it computed by Winograd's algorithm?
    constexpr bool by_winograd() const { return kernels::uses_winograd(shape); }
    /// Can its products be of bfloat16 numbers?
    constexpr bool may_be_bf16() const { return by_winograd() || kernels::multiplies_in_pairs(shape); }
    /// Are they, in a direct convolution?
    constexpr bool is_paired() const {
        return precision == Precision::bf16 && !by_winograd() && kernels::multiplies_in_pairs(shape);
    }
    constexpr void set_pitches(int input, int output) {
        shape.input_pitch = input;
        shape.output_pitch = output;
    }
    constexpr OpFacts facts() const {
        OpFacts facts{.output = shape.output,
                      .inputs = epilogue.adds_skip ? 2 : 1,
                      .weight_count = shape.weight_count(),
                      .bias_count = bias ? shape.output.channels : 0,
                      .fan_in = shape.weight_count() / shape.output.channels,
                      .multiply_adds = shape.multiply_adds(),
                      .prepared_backward = shape.weight_count(),
                      .block = kernels::samples_at_a_time(shape),
                      .takes_bf16 = precision == Precision::bf16 && (by_winograd() || is_paired()),
                      .backward_reads_input = true,
                      .backward_reads_output = bool(epilogue.activation),
                      .reads_slice = {true},
                      .writes_slice = true};
        if (by_winograd()) {
            facts.prepared_backward = kernels::winograd_weight_count(shape);
            facts.prepared_forward = facts.prepared_backward;
            facts.scratch_forward = kernels::winograd_scratch(shape, most_block, false);
            facts.scratch_backward = kernels::winograd_scratch(shape, most_block, true);
        } else if (is_paired()) {
            facts.prepared_forward = kernels::paired_weight_count(shape);
            facts.prepared_backward = facts.prepared_forward;
            facts.scratch_backward = kernels::paired_scratch(shape, facts.block > 1 ? most_block : 1);
        } else if (kernels::packs_weights(shape)) {
            facts.prepared_forward = shape.weight_count();
        }
        return facts;
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], shape.input, shape.output);
        if (!needs.empty()) return needs;
        const int groups = shape.groups;
        if (groups < 1 || shape.input.channels % groups != 0 || shape.output.channels % groups != 0) {
            return FixedString("channels that its ") << groups << " groups divide";
        }
        if (!shape.fits()) {
            return FixedString("at most ")
                   << most_elements << " weights, not " << shape.output.channels << "x" << shape.group_inputs() << "x"
                   << shape.kernel.height << "x" << shape.kernel.width;
        }
        if (!kernels::windows_fit(shape)) {
            return FixedString("a convolution whose kernel, stride and padding give ") << shape.output;
        }
        return {};
    }
    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

namespace detail {
/// The algorithm of `Op`, as the type of the result.
template <class T, ops::Convolution Op>
constexpr auto algorithm_of() {
    if constexpr (Op.by_winograd()) {
        return std::type_identity<WinogradConvolution<T, Op.shape>>{};
    } else if constexpr (Op.is_paired()) {
        return std::type_identity<PairedConvolution<Op.shape>>{};
    } else {
        return std::type_identity<DirectConvolution<T, Op.shape>>{};
    }
}
}  // namespace detail

/// Kernels of `Convolution`.
template <class T, Convolution Op>
struct KernelsOf<T, Op> {
    static constexpr kernels::Convolution shape = Op.shape;
    /// How it is computed.
    using Algorithm = typename decltype(detail::algorithm_of<T, Op>())::type;

    /// Samples that one call is for.
    static int samples(const Arguments<T>& a) { return Op.facts().block > 1 ? a.samples : 1; }

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        const kernels::Images images{samples(a), a.distance(a.step.inputs[0]), a.distance(a.step.output),
                                     a.distance(a.step.inputs[1])};
        Algorithm::template forward<Op.epilogue>(
            images, a.input(), a.weight(), a.prepared(), Op.bias || Op.folds_norm ? a.bias() : nullptr,
            Op.epilogue.adds_skip ? a.input(1) : nullptr, a.output(), a.scratch, a.prefetch(0, 1));
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        T* const dy = a.output_gradient();
        const long long dy_size = a.distance(a.step.output_gradient);
        for (int i = 0; i < samples(a); ++i) {
            epilogue_gradient<T, Op.epilogue, shape.output, shape.output_step()>(a, i);
            if constexpr (Op.bias) kernels::convolve_bias_gradient<T, shape>(dy + i * dy_size, a.bias_gradient());
        }
        constexpr int kernels_backward = To[0].wanted ? 2 : 1;
        Algorithm::weight_gradient({samples(a), a.distance(a.step.inputs[0]), dy_size}, a.input(), dy,
                                   a.weight_gradient(), a.scratch, a.prefetch(0, kernels_backward));
        if constexpr (To[0].wanted) {
            Algorithm::template input_gradient<To[0].write>(
                {samples(a), dy_size, a.distance(a.step.input_gradients[0])}, dy, a.prepared(), a.input_gradient(),
                a.scratch, a.prefetch(1, kernels_backward));
        }
    }

    /// See `detail::DirectConvolution`.
    static void prepare_forward(const ScalarOf<T>* weight, ScalarOf<T>* prepared) {
        Algorithm::prepare_forward(weight, prepared);
    }
    /// The same for the gradient of the input.
    static void prepare_backward(const ScalarOf<T>* weight, ScalarOf<T>* prepared) {
        Algorithm::prepare_backward(weight, prepared);
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
