#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/normalise.hpp"
#include "norma/kernels/normalise_gradient.hpp"
#include "norma/kernels/pool.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/network/arena.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"
#include "norma/network/sample_arrays.hpp"
#include "norma/network/stored_reads.hpp"

namespace norma::inline NORMA_TARGET {

/// The probe of normal training: it measures nothing. A probe that measures time has the same member.
struct NoProbe {
    /// Work on stage `stage` of the plan begins, forward or backward; −1 is work that belongs to no stage.
    void enter(int /*stage*/, bool /*backward*/) {}
};

/// Runs one sample through one pass of the plan. The plan is a constant, so a pass compiles to a plain sequence of
/// kernel calls whose sizes and offsets are constants too.
template <class Net, Mode M, class Probe = NoProbe>
class SamplePass : detail::SampleArrays<Net, M> {
    using Arrays = detail::SampleArrays<Net, M>;
    using T = typename Net::Scalar;
    static constexpr const auto& plan = Net::template plan<M>;
    static constexpr int count = static_cast<int>(plan.stages.size());
    static constexpr int last_segment = plan.segments - 1;

public:
    /// What one chunk adds up for the norm of `norm_after_pass`: moments forward, sums of the gradient backward.
    using Part = typename Arrays::Part;

    /// The norm over the batch whose sums are complete after pass `pass`, −1 if none. After a forward pass it begins
    /// the next segment, after a backward pass the segment of that pass.
    static constexpr int norm_after_pass(int pass) {
        const int segment = pass < last_segment ? pass + 1 : M.gradients ? 2 * last_segment - pass : 0;
        for (int i = 0; i < count; ++i) {
            if (plan.stages[std::size_t(i)].begins_segment && plan.stages[std::size_t(i)].segment == segment) return i;
        }
        return -1;
    }

    /// For one chunk of samples: the arena of its thread, and the chunk's own gradients and `Part`.
    SamplePass(const SharedState<T>& shared, T* arena, T* gradients, T* part, Probe& probe)
        : Arrays{shared, arena, gradients, {part}}, probe_(probe) {}

    /// Sets to 0 what the chunk adds to in this pass.
    template <int Pass>
    void begin_chunk() const {
        if constexpr (norm_after_pass(Pass) >= 0) std::fill_n(part_.begin, Part::size, T(0));
        if constexpr (M.gradients && Pass == last_segment) std::fill_n(gradients_, plan.parameters_size, T(0));
    }

    /// Runs sample `index` of the batch through pass `Pass`. `store` is the sample's store, `next_store` that of the
    /// sample that follows; null if the chunk has no more.
    template <int Pass, class Batch, class Head>
    void run(int index, T* store, const T* next_store, const Batch& batch, const Head& head) {
        next_store_ = next_store;
        constexpr bool forward = Pass <= last_segment;
        constexpr int segment = forward ? Pass : 2 * last_segment - Pass;
        probe_.enter(-1, false);
        if constexpr (segment == 0) {
            batch.load(index, at(plan.input, store));
            if constexpr (forward) show(FirstNonFinite::input, index, at(plan.input, store), Net::input_extent);
        }
        for_stages_of<segment, false>([&](auto i) NORMA_ALWAYS_INLINE {
            if constexpr (forward || plan.stages[i].runs_again) {
                go_forward<i, Pass, !forward>(index, store);
            } else if constexpr (plan.stages[i].input_maker >= 0) {
                recompute_sources<i, Pass>(index, store);
            }
        });
        if constexpr (Pass < last_segment) merge_moments<norm_after_pass(Pass)>(store);
        if constexpr (Pass == last_segment) {
            probe_.enter(-1, false);
            head(index, at(plan.logits, store), logits_gradient(store));
        }
        if constexpr (M.gradients && Pass >= last_segment) {
            if constexpr (Pass > last_segment) finish_norm_over_batch<norm_after_pass(Pass - 1)>(store);
            for_stages_of<segment, true>([&](auto i) NORMA_ALWAYS_INLINE { go_backward<i, Pass>(store); });
        }
        probe_.enter(-1, false);
    }

private:
    using Arrays::arena_, Arrays::at, Arrays::bias, Arrays::bytes_at, Arrays::gradients_, Arrays::logits_gradient,
        Arrays::next_store_, Arrays::part_, Arrays::shared_, Arrays::weight;

    /// Calls `f(i)` for the stages of a segment, in order or (`Reversed`) from the last to the first. `i` is a
    /// constant.
    template <int Segment, bool Reversed, class F>
    NORMA_ALWAYS_INLINE static void for_stages_of(F&& f) {
        static constexpr auto& stages = detail::stages_of_segment<plan, Segment>;
        constexpr int last = static_cast<int>(stages.size()) - 1;
        simd::unroll<last + 1>([&](auto k) NORMA_ALWAYS_INLINE {
            f(std::integral_constant<int, stages[std::size_t(Reversed ? last - k : k)]>{});
        });
    }

    /// Recomputes the skip and the input of stage `Index`, if the plan says so.
    template <int Index, int Pass>
    void recompute_sources(int index, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.skip_maker >= 0) go_forward<s.skip_maker, Pass, true>(index, store);
        if constexpr (s.input_maker >= 0) go_forward<s.input_maker, Pass, true>(index, store);
    }

    /// Runs stage `Index` forward. To recompute it, takes the moments and the dropout mask of the first time.
    template <int Index, int Pass, bool Recompute>
    void go_forward(int index, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        recompute_sources<Index, Pass>(index, store);
        probe_.enter(Index, false);
        const T* const x = at(s.input, store);
        T* const y = at(s.output, store);
        if constexpr (s.stage.kind == Stage::Kind::convolution) {
            convolve<Index, Pass, Recompute>(x, y, store);
        } else if constexpr (s.stage.kind == Stage::Kind::max_pool) {
            kernels::max_pool<T, s.stage.pooling>(x, y);
        } else if constexpr (s.stage.kind == Stage::Kind::average_pool) {
            kernels::average_pool<T, s.stage.pooling>(x, y);
        } else if constexpr (!s.is_merged) {
            constexpr kernels::Pointwise p = s.stage.pointwise;
            if constexpr (s.has_own_moments() && !Recompute) {
                T* const mean = at(s.moments, store);
                kernels::own_moments<T, p>(x, mean, mean + detail::padded(p.moment_count()));
            }
            std::uint8_t* const mask = bytes_at(s.kept_units, store);
            if constexpr (p.drops && M.dropout && !Recompute) {
                kernels::draw_kept<p.extent.size()>(p.rate,
                                                    {shared_.seed, Purpose::dropout, shared_.step,
                                                     static_cast<std::uint32_t>(index), std::uint32_t(Index)},
                                                    mask);
            }
            kernels::pointwise<T, p>(x, s.stage.skip >= 0 ? at(s.skip, store) : nullptr,
                                     this->template moments<Index>(store), weight(s), bias(s), mask, y);
        }
        if constexpr (!Recompute && !s.is_merged) show(Index, index, y, s.stage.output_extent());
    }

    /// Shows the output of stage `stage` to `watch`, if there is one.
    void show(int stage, int index, const T* values, Extent extent) const {
        if (shared_.watch == nullptr) return;
        shared_.watch->made(stage, index, std::span<const T>(values, std::size_t(extent.size())));
    }

    /// Convolution `Index` and the pointwise stage fused into it.
    template <int Index, int Pass, bool Recompute>
    void convolve(const T* x, T* y, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        constexpr int shares = Recompute ? 0 : 1;
        const auto next_reads = detail::prefetch<plan, Pass, Index, 0, shares>(next_store_);
        const T* const own_bias = s.stage.bias ? bias(s) : nullptr;
        if constexpr (s.merged_stage >= 0) {
            constexpr PlannedStage next = plan.stages[std::size_t(s.merged_stage)];
            constexpr kernels::Epilogue epilogue{next.stage.pointwise.relu, next.stage.pointwise.adds_skip};
            constexpr bool folded = next.stage.pointwise.normalises;
            kernels::convolve<T, s.stage.convolution, epilogue>(
                x, weight(s), folded ? shared_.parameters + s.folded_bias_offset : own_bias, y,
                epilogue.adds_skip ? at(next.skip, store) : nullptr, next_reads);
        } else {
            kernels::convolve<T, s.stage.convolution>(x, weight(s), own_bias, y, nullptr, next_reads);
        }
    }

    /// Merges the moments of this sample, at the input of norm `Index`, into the chunk's.
    template <int Index>
    void merge_moments(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        constexpr kernels::Pointwise p = s.stage.pointwise;
        probe_.enter(Index, false);
        T one = 1;
        alignas(alignment) T mean[std::size_t(p.extent.channels)];
        alignas(alignment) T rest[std::size_t(p.extent.channels)];
        alignas(alignment) T variance[std::size_t(p.extent.channels)];
        kernels::sample_moments<T, p.extent, p.groups, p.subtracts_mean>(at(s.input, store), mean, variance, rest);
        kernels::merge_samples<T>(p.extent.channels, part_.samples(), {&one, mean, rest, variance});
    }

    /// Second half of the gradient of norm `Index` over the batch, with the sums of the whole batch.
    template <int Index>
    void finish_norm_over_batch(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.wants_input_gradient) {
            probe_.enter(Index, true);
            kernels::pointwise_gradient<T, s.stage.pointwise, s.input_write>(
                at(s.input, store), this->template moments<Index>(store), weight(s), bias(s),
                at(s.output_gradient, store), shared_.offset + s.statistics_offset, shared_.slope + s.statistics_offset,
                at(s.input_gradient, store));
        }
    }

    /// Gradients of stage `Index`. Adds (`+=`) to those of its parameters; writes or adds to those of its inputs.
    template <int Index, int Pass>
    void go_backward(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        probe_.enter(Index, true);
        T* const dy = at(s.output_gradient, store);
        if constexpr (s.stage.kind == Stage::Kind::convolution) {
            constexpr kernels::Convolution c = s.stage.convolution;
            constexpr int kernels_backward = s.wants_input_gradient ? 2 : 1;
            kernels::convolve_weight_gradient<T, c>(
                at(s.input, store), dy, gradients_ + s.weight_offset,
                detail::prefetch<plan, Pass, Index, 0, kernels_backward>(next_store_));
            if constexpr (s.stage.bias) kernels::convolve_bias_gradient<T, c>(dy, gradients_ + s.bias_offset);
            if constexpr (s.wants_input_gradient) {
                kernels::convolve_input_gradient<T, c, s.input_write>(
                    dy, shared_.transposed + s.weight_offset, at(s.input_gradient, store),
                    detail::prefetch<plan, Pass, Index, 1, kernels_backward>(next_store_));
            }
        } else if constexpr (s.is_pointwise()) {
            pointwise_backward<Index>(dy, store);
        } else if constexpr (s.wants_input_gradient) {
            constexpr kernels::Pooling l = s.stage.pooling;
            T* const dx = at(s.input_gradient, store);
            if constexpr (s.stage.kind == Stage::Kind::max_pool) {
                kernels::max_pool_gradient<T, l, s.input_write>(at(s.input, store), at(s.output, store), dy, dx);
            } else {
                kernels::average_pool_gradient<T, l, s.input_write>(dy, dx);
            }
        }
    }

    template <int Index>
    void pointwise_backward(T* dy, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        constexpr kernels::Pointwise p = s.stage.pointwise;
        constexpr int channels = p.extent.channels;
        const std::uint8_t* const mask = bytes_at(s.kept_units, store);
        const T* const x = at(s.input, store);
        if constexpr (!p.normalises) {
            if constexpr (p.drops && M.dropout) kernels::drop_units<T>(p.rate, mask, p.extent.size(), dy);
            add_skip_gradient<Index>(dy, store);
            if constexpr (s.wants_input_gradient) {
                kernels::pointwise_gradient<T, p, s.input_write>(x, {}, nullptr, nullptr, dy, nullptr, nullptr,
                                                                 at(s.input_gradient, store));
            }
        } else {
            T* const dweight = gradients_ + s.weight_offset;
            T* const dbias = gradients_ + s.bias_offset;
            // With a weight per element, the first half leaves its product of dy and weight in the place of dx.
            constexpr bool keeps = p.affine == kernels::Affine::per_element && s.wants_input_gradient &&
                                   s.input_write == kernels::Write::assign && !s.begins_segment;
            T* const g = keeps ? at(s.input_gradient, store) : nullptr;
            const auto sums = [&](T* sum, T* product) {
                kernels::pointwise_gradient_sums<T, p, keeps>(x, this->template moments<Index>(store), weight(s),
                                                              bias(s), mask, dy, sum, product, dweight, dbias, g);
                add_skip_gradient<Index>(dy, store);
            };
            if constexpr (s.begins_segment) {
                sums(part_.sum(), part_.product());
            } else {
                alignas(alignment) T sum[std::size_t(p.moment_count())] = {};
                alignas(alignment) T product[std::size_t(p.moment_count())] = {};
                sums(sum, product);
                if constexpr (p.affine == kernels::Affine::per_channel && !p.per_pixel) {
                    kernels::add_to<T, channels>(product, dweight);
                    if constexpr (p.has_bias) kernels::add_to<T, channels>(sum, dbias);
                }
                if constexpr (s.wants_input_gradient) {
                    if constexpr (p.couples_samples) {  // normalised by running statistics, which do not depend on x
                        std::fill_n(sum, channels, T(0));
                        std::fill_n(product, channels, T(0));
                    } else {
                        kernels::pointwise_gradient_means<T, p>(this->template moments<Index>(store), weight(s),
                                                                static_cast<T>(p.domain_size()), sum, product);
                    }
                    kernels::pointwise_gradient<T, p, s.input_write, keeps>(x, this->template moments<Index>(store),
                                                                            weight(s), bias(s), keeps ? g : dy, sum,
                                                                            product, at(s.input_gradient, store));
                }
            }
        }
    }

    /// Adds (`+=`) the output's gradient to the skip's, unless both are the same array.
    template <int Index>
    void add_skip_gradient(const T* dy, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.skip_gradient.exists() && !s.skip_gradient_is_output_gradient) {
            kernels::add_to<T, s.stage.pointwise.extent.size()>(dy, at(s.skip_gradient, store));
        }
    }

    Probe& probe_;
};

}  // namespace norma::inline NORMA_TARGET
