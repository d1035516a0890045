#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/elementwise.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/kernels/normalise_gradient.hpp"
#include "norma/kernels/pointwise.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/chunk_part.hpp"
#include "norma/ops/kernels_of.hpp"

namespace norma::inline NORMA_TARGET::ops {

/// Norm, activation, addition of a skip and dropout in one loop over the elements, each part optional: what fusion
/// makes of the ops `Norm`, `Activation`, `Add` and `Dropout`. Inputs: x, and the skip if there is one.
struct Pointwise {
    static constexpr const char* name = "pointwise";

    kernels::Pointwise shape;             ///< which parts there are
    bool takes_batch_statistics = false;  ///< the norm uses statistics of the batch; else it has none over the batch
                                          ///< or uses the running ones

    /// Has it a norm with statistics of one sample?
    constexpr bool has_own_moments() const { return shape.normalises && !shape.over_batch; }

    constexpr void set_pitches(int input, int output) {
        shape.input_pitch = input;
        shape.output_pitch = output;
    }
    constexpr OpFacts facts() const {
        const bool over_batch = shape.normalises && shape.over_batch;
        const bool is_relu = shape.activation == kernels::activation_of<activation::ReLU>;
        return {.output = shape.extent,
                .inputs = shape.adds_skip ? 2 : 1,
                .weight_count = shape.weight_count(),
                .bias_count = shape.bias_count(),
                .statistics_count = over_batch ? shape.extent.channels : 0,
                .moment_count = has_own_moments() ? shape.moment_count() : 0,
                .mask_count = shape.drops ? shape.extent.size() : 0,
                .takes_bf16 = true,
                .over_batch = takes_batch_statistics,
                .is_cheap = true,
                // A norm reads its input in the backward pass, and so does an activation. Only a ReLU finds the sign of
                // its input in its output, even after dropout, but not after a skip.
                .may_overwrite_input = !shape.normalises && (!shape.activation || (is_relu && !shape.adds_skip)),
                .backward_reads_input = shape.normalises || bool(shape.activation),
                .assigns_gradients = shape.normalises && shape.affine == kernels::Affine::per_element,
                .gradient_over_output = !shape.adds_skip && !takes_batch_statistics,
                .passes_gradient = {false, shape.adds_skip},
                .reads_slice = {true},
                .writes_slice = true};
    }
    constexpr FixedString needs(std::span<const Extent> inputs) const {
        const FixedString needs = shape_needs(inputs[0], shape.extent, shape.extent);
        if (!needs.empty()) return needs;
        if (inputs.size() > 1 && inputs[1] != shape.extent)
            return FixedString("a skip of that shape, not ") << inputs[1];
        return {};
    }
    friend constexpr bool operator==(const Pointwise&, const Pointwise&) = default;
};

/// Kernels of `Pointwise`.
template <class T, Pointwise Op>
struct KernelsOf<T, Op> {
    using N = ScalarOf<T>;  ///< of statistics, weights and sums
    static constexpr kernels::Pointwise shape = Op.shape;

    /// Mean and 1 / √(variance + ε) by which x is normalised.
    static kernels::Moments<N> moments(const Arguments<T>& a) {
        if constexpr (Op.has_own_moments()) {
            const N* const own = a.template at<N>(a.step.moments);
            return {own, own + padded(shape.moment_count())};
        } else {
            return {a.shared.mean + a.step.statistics_offset, a.shared.rstd + a.step.statistics_offset};
        }
    }

    template <bool Recompute>
    static void forward(const Arguments<T>& a) {
        if constexpr (Op.has_own_moments() && !Recompute) {
            N* const mean = a.template at<N>(a.step.moments);
            kernels::own_moments<T, shape>(a.input(), mean, mean + padded(shape.moment_count()));
        }
        std::uint8_t* const mask = a.mask();
        if constexpr (shape.drops && !Recompute) {
            if (mask != nullptr) kernels::draw_dropout_mask<shape.extent.size()>(shape.rate, a.random(), mask);
        }
        kernels::pointwise<T, shape>(a.input(), shape.adds_skip ? a.input(1) : nullptr, moments(a), a.weight(),
                                     a.bias(), mask, a.output());
    }

    /// Merges the moments of this sample, at the input of the norm over the batch, into the chunk's.
    static void statistics(const Arguments<T>& a) {
        constexpr int channels = shape.extent.channels;
        N one = 1;
        alignas(alignment) N mean[std::size_t(channels)];
        alignas(alignment) N rest[std::size_t(channels)];
        alignas(alignment) N variance[std::size_t(channels)];
        kernels::sample_moments<T, shape.extent, shape.groups, shape.subtracts_mean, shape.input_step()>(
            a.input(), mean, variance, rest);
        kernels::merge_samples<N>(channels, ChunkPart<N>{a.part + a.step.part_offset, channels}.samples(),
                                  {&one, mean, rest, variance});
    }

    template <Contributions To>
    static void backward(const Arguments<T>& a) {
        T* const dy = a.output_gradient();
        const std::uint8_t* const mask = a.mask();
        if constexpr (!shape.normalises) {
            if constexpr (shape.drops) {
                if (mask != nullptr) kernels::drop_pixels<T, shape>(mask, 0, shape.extent.pixels(), dy);
            }
            add_skip_gradient<To>(dy, a);
            if constexpr (To[0].wanted) {
                // Without an activation the gradient does not depend on x, and the step has no place for it.
                const T* const x = shape.activation ? a.input() : a.input_gradient();
                kernels::pointwise_gradient<T, shape, To[0].write>(x, {}, nullptr, nullptr, dy, nullptr, nullptr,
                                                                   a.input_gradient());
            }
        } else {
            // With a weight per element, the first half leaves its product of dy and weight in the place of dx.
            constexpr bool keeps = shape.affine == kernels::Affine::per_element && To[0].wanted &&
                                   To[0].write == kernels::Write::assign && !Op.takes_batch_statistics;
            T* const g = keeps ? a.input_gradient() : nullptr;
            const auto sums_with = [&]<kernels::Write Affines>(N* sum, N* product) {
                kernels::pointwise_gradient_sums<T, shape, keeps, Affines>(a.input(), moments(a), a.weight(), a.bias(),
                                                                           mask, dy, sum, product, a.weight_gradient(),
                                                                           a.bias_gradient(), g);
            };
            const auto sums = [&](N* sum, N* product) {
                if constexpr (Op.facts().assigns_gradients) {
                    if (a.assigns_gradients) {
                        sums_with.template operator()<kernels::Write::assign>(sum, product);
                        return add_skip_gradient<To>(dy, a);
                    }
                }
                sums_with.template operator()<kernels::Write::add>(sum, product);
                add_skip_gradient<To>(dy, a);
            };
            if constexpr (Op.takes_batch_statistics) {
                const ChunkPart<N> part{a.part + a.step.part_offset, shape.extent.channels};
                sums(part.sum(), part.product());
            } else {
                alignas(alignment) N sum[std::size_t(shape.moment_count())] = {};
                alignas(alignment) N product[std::size_t(shape.moment_count())] = {};
                sums(sum, product);
                input_gradient<To, keeps>(a, sum, product, keeps ? g : dy);
            }
        }
    }

    /// Second half of the gradient of a norm over the batch, with the sums of the whole batch.
    template <Contributions To>
    static void finish(const Arguments<T>& a) {
        kernels::pointwise_gradient<T, shape, To[0].write>(
            a.input(), moments(a), a.weight(), a.bias(), a.output_gradient(),
            a.shared.offset + a.step.statistics_offset, a.shared.slope + a.step.statistics_offset, a.input_gradient());
    }

private:
    /// From the sums of one sample: adds (`+=`) the gradients of a weight and bias per channel, and gives the input its
    /// gradient. `dy` is what `pointwise_gradient` takes.
    template <Contributions To, bool Keeps>
    static void input_gradient(const Arguments<T>& a, N* sum, N* product, const T* dy) {
        constexpr int channels = shape.extent.channels;
        if constexpr (shape.affine == kernels::Affine::per_channel && !shape.per_pixel) {
            kernels::add_to<N, channels>(product, a.weight_gradient());
            if constexpr (shape.has_bias) kernels::add_to<N, channels>(sum, a.bias_gradient());
        }
        if constexpr (To[0].wanted) {
            if constexpr (shape.over_batch) {  // normalised by running statistics, which do not depend on x
                std::fill_n(sum, channels, N(0));
                std::fill_n(product, channels, N(0));
            } else {
                kernels::pointwise_gradient_means<N>(shape, moments(a), a.weight(), static_cast<N>(shape.domain_size()),
                                                     sum, product);
            }
            kernels::pointwise_gradient<T, shape, To[0].write, Keeps>(a.input(), moments(a), a.weight(), a.bias(), dy,
                                                                      sum, product, a.input_gradient());
        }
    }

    /// Gives the skip the output's gradient, unless both are one array. The skip is no slice.
    template <Contributions To>
    static void add_skip_gradient(const T* dy, const Arguments<T>& a) {
        if constexpr (To[1].wanted && !To[1].is_output_gradient) {
            constexpr int rows = shape.output_pitch == 0 ? 1 : shape.extent.pixels();
            constexpr int size = shape.extent.size() / rows;
            for (int row = 0; row < rows; ++row) {
                const T* const from = dy + row * shape.output_step();
                T* const to = a.input_gradient(1) + row * shape.extent.channels;
                if constexpr (To[1].write == kernels::Write::add) {
                    kernels::add_to<T, size>(from, to);
                } else {
                    std::copy_n(from, size, to);
                }
            }
        }
    }
};

}  // namespace norma::inline NORMA_TARGET::ops
