#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/copy.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// The channels of two to four values of one height and width, one value after another.
struct Concat {
    static constexpr const char* name = "concat";

    Extent output;                   ///< its channels are those of all inputs
    int inputs = 2;                  ///< how many
    int channels[most_inputs] = {};  ///< of each input; 0 where there is none
    unsigned slices = 0;  ///< bit k: input k is a slice of the output, so it is not copied; set by the planner

    /// Of inputs of these shapes, at most `most_inputs`.
    static constexpr Concat of(std::span<const Extent> inputs) {
        Concat op{{0, inputs[0].height, inputs[0].width}, static_cast<int>(inputs.size())};
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            op.channels[k] = inputs[k].channels;
            op.output.channels += inputs[k].channels;
        }
        return op;
    }
    /// Where the channels of input `k` begin in the output.
    constexpr int first(int k) const {
        int sum = 0;
        for (int before = 0; before < k; ++before) sum += channels[before];
        return sum;
    }

    /// Is input `k` a slice of the output?
    constexpr bool is_slice(int k) const { return (slices >> k & 1u) != 0; }
    /// Makes it one.
    constexpr void set_slice(int k) { slices |= 1u << k; }

    constexpr OpFacts facts() const {
        return {.output = output,
                .inputs = inputs,
                .takes_bf16 = slices == (1u << inputs) - 1,  // nothing is copied
                .is_cheap = true,
                .joins_channels = true,
                .reads_slice = {true, true, true, true},
                .writes_slice = true};
    }
    constexpr FixedString needs(std::span<const Extent> got) const {
        if (inputs < 2 || inputs > most_inputs || static_cast<int>(got.size()) != inputs) {
            return FixedString("a concatenation of two to ") << most_inputs << " values, not of " << inputs;
        }
        for (int k = 0; k < inputs; ++k) {
            const Extent part{channels[k], output.height, output.width};
            const FixedString needs = shape_needs(got[std::size_t(k)], part, output);
            if (!needs.empty()) return needs;
        }
        if (first(inputs) != output.channels) return "a concatenation whose output has the channels of its inputs";
        return {};
    }
    friend constexpr bool operator==(const Concat&, const Concat&) = default;
};

/// Kernels of `Concat`.
template <class T, Concat Op>
struct KernelsOf<T, Op> {
    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        simd::unroll<Op.inputs>([&](auto k) {
            if constexpr (!Op.is_slice(k)) {
                kernels::copy_channels<T, kernels::Write::assign>(
                    a.input(std::size_t(k)), a.step.inputs[k].step(Op.channels[k]), Op.output.pixels(), Op.channels[k],
                    a.output() + Op.first(k), a.step.output.step(Op.output.channels));
            }
        });
    }
    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        simd::unroll<Op.inputs>([&](auto k) {
            if constexpr (To[std::size_t(k)].wanted && !Op.is_slice(k)) {
                kernels::copy_channels<T, To[std::size_t(k)].write>(
                    a.output_gradient() + Op.first(k), a.step.output_gradient.step(Op.output.channels),
                    Op.output.pixels(), Op.channels[k], a.input_gradient(std::size_t(k)),
                    a.step.input_gradients[k].step(Op.channels[k]));
            }
        });
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
