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
#include "norma/kernels/pool.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/kernels/weight_gradient.hpp"
#include "norma/network/arena.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/mode.hpp"
#include "norma/network/plan.hpp"
#include "norma/network/stored_reads.hpp"

namespace norma::inline NORMA_TARGET {

/// What all samples of a batch read. The four arrays of coupled norms have a number per channel, at the norm's
/// `statistics_offset`.
template <class T>
struct SharedState {
    const T* parameters;         ///< where norms are merged into convolutions, with their scale and shift folded in
    const T* transposed;         ///< convolution weights for the data gradient, at the same offsets as the weights
    const T* mean;               ///< of the batch, or running
    const T* inverse_deviation;  ///< 1 / √(variance + ε)
    const T* offset;             ///< of the norm's gradient, the same for all elements of a channel
    const T* slope;              ///< of the norm's gradient, times x̂
    std::uint64_t seed;          ///< of dropout
    std::uint32_t step;          ///< of dropout
    FirstNonFinite* watch;       ///< is shown what each stage makes the first time it runs forward; null in earnest
};

/// Watches nothing: what a training step is compiled with. A probe that measures has the same member.
struct NoProbe {
    /// Stage `stage` of the plan begins its work, forward or backward; −1 for what belongs to no stage.
    void enter(int /*stage*/, bool /*backward*/) {}
};

/// One sample's way through one pass of the plan. Stages are picked by the compiler: a pass is a straight run of kernel
/// calls with known addresses.
template <class Net, Mode M, class Probe = NoProbe>
class SamplePass {
    using T = typename Net::Scalar;
    static constexpr const auto& plan = Net::template plan<M>;
    static constexpr int count = static_cast<int>(plan.stages.size());
    static constexpr int last_segment = plan.segments - 1;

    static constexpr int most_channels = [] {
        int most = 0;
        for (const PlannedStage& s : plan.stages) {
            if (s.begins_segment) most = std::max(most, s.stage.pointwise.extent.channels);
        }
        return most;
    }();

public:
    /// What a chunk finds out about the norm over the batch after a pass.
    using Part = ChunkPart<T, most_channels>;

    /// Stage that begins the segment after forward pass `pass`, or that begins the segment of backward pass `pass`; −1
    /// if none.
    static constexpr int norm_after_pass(int pass) {
        const int segment = pass < last_segment ? pass + 1 : M.gradients ? 2 * last_segment - pass : 0;
        for (int i = 0; i < count; ++i) {
            if (plan.stages[std::size_t(i)].begins_segment && plan.stages[std::size_t(i)].segment == segment) return i;
        }
        return -1;
    }

    /// For one chunk: the arena of its thread, and the chunk's own gradients and part.
    SamplePass(const SharedState<T>& shared, T* arena, T* gradients, T* part, Probe& probe)
        : shared_(shared), arena_(arena), gradients_(gradients), part_{part}, probe_(probe) {}

    /// Clears what the chunk will add to in this pass.
    template <int Pass>
    void begin_chunk() const {
        if constexpr (norm_after_pass(Pass) >= 0) std::fill_n(part_.begin, Part::size, T(0));
        if constexpr (M.gradients && Pass == last_segment) std::fill_n(gradients_, plan.parameters_size, T(0));
    }

    /// Sample `index` of the batch, whose store is `store`, through pass `Pass`. `next_store` is that of the sample
    /// that comes next, null after the last of the chunk.
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
                make_again<i, Pass>(index, store);
            }
        });
        if constexpr (Pass < last_segment) gather_moments<norm_after_pass(Pass)>(store);
        if constexpr (Pass == last_segment) {
            probe_.enter(-1, false);
            head(index, at(plan.logits, store), logits_gradient(store));
        }
        if constexpr (M.gradients && Pass >= last_segment) {
            if constexpr (Pass > last_segment) finish_coupled_norm<norm_after_pass(Pass - 1)>(store);
            for_stages_of<segment, true>([&](auto i) NORMA_ALWAYS_INLINE { go_backward<i, Pass>(store); });
        }
        probe_.enter(-1, false);
    }

private:
    T* at(Place place, T* store) const { return (place.stored ? store : arena_) + place.offset; }
    std::uint8_t* bytes_at(Place place, T* store) const {
        return place.exists() ? reinterpret_cast<std::uint8_t*>(at(place, store)) : nullptr;
    }
    T* logits_gradient(T* store) const {
        if constexpr (M.gradients) return at(plan.logits_gradient, store);
        return nullptr;
    }

    /// Calls `f(i)` for the stages of a segment in order, or from the last to the first, with `i` known to the
    /// compiler.
    template <int Segment, bool Mirrored, class F>
    NORMA_ALWAYS_INLINE static void for_stages_of(F&& f) {
        simd::unroll<count>([&](auto k) NORMA_ALWAYS_INLINE {
            constexpr int i = Mirrored ? count - 1 - k : int(k);
            if constexpr (plan.stages[std::size_t(i)].segment == Segment) f(std::integral_constant<int, i>{});
        });
    }

    const T* weight(const PlannedStage& s) const { return shared_.parameters + s.weight_offset; }
    const T* bias(const PlannedStage& s) const { return shared_.parameters + s.bias_offset; }

    /// Mean and inverse deviation that stage `s` normalises by.
    template <int Index>
    kernels::Moments<T> moments(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.has_own_moments()) {
            const T* const own = at(s.moments, store);
            return {own, own + detail::padded(s.stage.pointwise.moment_count())};
        } else {
            return {shared_.mean + s.statistics_offset, shared_.inverse_deviation + s.statistics_offset};
        }
    }

    /// Runs what makes the skip and the input of stage `Index`, where those were not stored.
    template <int Index, int Pass>
    void make_again(int index, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.skip_maker >= 0) go_forward<s.skip_maker, Pass, true>(index, store);
        if constexpr (s.input_maker >= 0) go_forward<s.input_maker, Pass, true>(index, store);
    }

    /// Runs stage `Index`. When it runs again in a backward pass, moments and dropped units are those of the first
    /// time.
    template <int Index, int Pass, bool Again>
    void go_forward(int index, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        make_again<Index, Pass>(index, store);
        probe_.enter(Index, false);
        const T* const x = at(s.input, store);
        T* const y = at(s.output, store);
        if constexpr (s.stage.kind == Stage::Kind::convolution) {
            convolve<Index, Pass, Again>(x, y, store);
        } else if constexpr (s.stage.kind == Stage::Kind::max_pool) {
            kernels::max_pool<T, s.stage.pooling>(x, y);
        } else if constexpr (s.stage.kind == Stage::Kind::average_pool) {
            kernels::average_pool<T, s.stage.pooling>(x, y);
        } else if constexpr (!s.is_merged) {
            constexpr kernels::Pointwise p = s.stage.pointwise;
            if constexpr (s.has_own_moments() && !Again) {
                T* const mean = at(s.moments, store);
                kernels::own_moments<T, p>(x, mean, mean + detail::padded(p.moment_count()));
            }
            std::uint8_t* const kept = bytes_at(s.kept_units, store);
            if constexpr (p.drops && M.dropout && !Again) {
                kernels::draw_kept<p.extent.size()>(p.rate,
                                                    {shared_.seed, Purpose::dropout, shared_.step,
                                                     static_cast<std::uint32_t>(index), std::uint32_t(Index)},
                                                    kept);
            }
            kernels::pointwise<T, p>(x, s.stage.skip >= 0 ? at(s.skip, store) : nullptr, moments<Index>(store),
                                     weight(s), bias(s), kept, y);
        }
        if constexpr (!Again && !s.is_merged) show(Index, index, y, s.stage.output_extent());
    }

    /// Shows what stage `stage` has made to whoever watches.
    void show(int stage, int index, const T* values, Extent extent) const {
        if (shared_.watch == nullptr) return;
        shared_.watch->made(stage, index, std::span<const T>(values, std::size_t(extent.size())));
    }

    /// What convolution `Index` fetches in pass `Pass` while it computes, by one of `Shares` kernels, if any: what the
    /// next sample will read of its store. One convolution in a segment does, the one that has most time.
    template <int Index, int Pass, int Share, int Shares>
    auto ahead() const {
        constexpr auto reads = detail::stored_reads<plan, Pass>;
        constexpr int segment = plan.stages[Index].segment;
        if constexpr (Shares > 0 && reads.size() > 0 && detail::busiest_convolution(plan, segment) == Index) {
            return kernels::Prefetch<T, reads, Share, Shares>{next_store_};
        } else {
            return kernels::NoPrefetch{};
        }
    }

    /// Convolution `Index` and what is merged into it.
    template <int Index, int Pass, bool Again>
    void convolve(const T* x, T* y, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        constexpr int shares = Again ? 0 : 1;
        const auto next_reads = ahead<Index, Pass, 0, shares>();
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

    /// Merges this sample's moments before coupled norm `Index` into the chunk's.
    template <int Index>
    void gather_moments(T* store) const {
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

    /// Second half of the gradient of coupled norm `Index`, once the whole batch's sums are known.
    template <int Index>
    void finish_coupled_norm(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.wants_input_gradient) {
            probe_.enter(Index, true);
            kernels::pointwise_gradient<T, s.stage.pointwise, s.input_write>(
                at(s.input, store), moments<Index>(store), weight(s), bias(s), at(s.output_gradient, store),
                shared_.offset + s.statistics_offset, shared_.slope + s.statistics_offset, at(s.input_gradient, store));
        }
    }

    /// Gradients of stage `Index`: adds to those of its parameters, writes or adds to those of its inputs.
    template <int Index, int Pass>
    void go_backward(T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        probe_.enter(Index, true);
        T* const dy = at(s.output_gradient, store);
        if constexpr (s.stage.kind == Stage::Kind::convolution) {
            constexpr kernels::Convolution c = s.stage.convolution;
            constexpr int kernels_backward = s.wants_input_gradient ? 2 : 1;
            kernels::convolve_weight_gradient<T, c>(at(s.input, store), dy, gradients_ + s.weight_offset,
                                                    ahead<Index, Pass, 0, kernels_backward>());
            if constexpr (s.stage.bias) kernels::convolve_bias_gradient<T, c>(dy, gradients_ + s.bias_offset);
            if constexpr (s.wants_input_gradient) {
                kernels::convolve_input_gradient<T, c, s.input_write>(dy, shared_.transposed + s.weight_offset,
                                                                      at(s.input_gradient, store),
                                                                      ahead<Index, Pass, 1, kernels_backward>());
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
        const std::uint8_t* const kept = bytes_at(s.kept_units, store);
        const T* const x = at(s.input, store);
        if constexpr (!p.normalises) {
            if constexpr (p.drops && M.dropout) kernels::drop_units<T>(p.rate, kept, p.extent.size(), dy);
            add_skip_gradient<Index>(dy, store);
            if constexpr (s.wants_input_gradient) {
                kernels::pointwise_gradient<T, p, s.input_write>(x, {}, nullptr, nullptr, dy, nullptr, nullptr,
                                                                 at(s.input_gradient, store));
            }
        } else {
            T* const dweight = gradients_ + s.weight_offset;
            T* const dbias = gradients_ + s.bias_offset;
            // With a weight per element, what the first half makes of dy is left for the second in the place of dx.
            constexpr bool keeps = p.affine == kernels::Affine::per_element && s.wants_input_gradient &&
                                   s.input_write == kernels::Write::assign && !s.begins_segment;
            T* const g = keeps ? at(s.input_gradient, store) : nullptr;
            const auto sums = [&](T* sum, T* product) {
                kernels::pointwise_gradient_sums<T, p, keeps>(x, moments<Index>(store), weight(s), bias(s), kept, dy,
                                                              sum, product, dweight, dbias, g);
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
                    if constexpr (p.couples_samples) {  // by running statistics, which do not depend on x
                        std::fill_n(sum, channels, T(0));
                        std::fill_n(product, channels, T(0));
                    } else {
                        kernels::pointwise_gradient_means<T, p>(moments<Index>(store), weight(s),
                                                                static_cast<T>(p.domain_size()), sum, product);
                    }
                    kernels::pointwise_gradient<T, p, s.input_write, keeps>(x, moments<Index>(store), weight(s),
                                                                            bias(s), keeps ? g : dy, sum, product,
                                                                            at(s.input_gradient, store));
                }
            }
        }
    }

    /// The skip's gradient is the output's; it is added where the skip has another gradient already.
    template <int Index>
    void add_skip_gradient(const T* dy, T* store) const {
        constexpr PlannedStage s = plan.stages[Index];
        if constexpr (s.skip_gradient.exists() && !s.skip_gradient_is_output_gradient) {
            kernels::add_to<T, s.stage.pointwise.extent.size()>(dy, at(s.skip_gradient, store));
        }
    }

    const SharedState<T>& shared_;
    T* arena_;
    T* gradients_;
    Part part_;
    Probe& probe_;
    const T* next_store_ = nullptr;
};

}  // namespace norma::inline NORMA_TARGET
