#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/chunks.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/fold_norms.hpp"
#include "norma/network/network.hpp"
#include "norma/network/sample_pass.hpp"
#include "norma/network/sum_gradients.hpp"

namespace norma::inline NORMA_TARGET {

/// Names the random numbers of one step: the same seed and step give the same dropout masks.
struct StepName {
    std::uint64_t seed = 0;  ///< of the run
    std::uint32_t step = 0;  ///< counted from 0 over all epochs
};

namespace detail {
inline int checked_most_samples(int most_samples) {
    if (most_samples < 1) {
        raise<OptionError>("batch size: " + std::to_string(most_samples) + " is not a positive number of samples");
    }
    return most_samples;
}
inline void verify_batch_size(int size, int most_samples) {
    if (size < 1 || size > most_samples) {
        raise<DataError>("a batch of " + std::to_string(size) + " samples does not fit an executor for 1 to " +
                         std::to_string(most_samples) + " samples");
    }
}
}  // namespace detail

/// Runs batches of up to `most_samples` samples through a network in one mode. It owns all the memory for that, so a
/// step allocates nothing. Several executors may read one network at the same time. A `Probe` other than `NoProbe` is
/// told which stage each thread runs.
/// @snippet examples_test.cpp Executor
template <class Net, Mode M, class Probe = NoProbe>
class Executor {
    using T = typename Net::Scalar;
    static_assert(Net::outputs > 0,
                  "norma: a network cannot run without a layer that computes something; add one, such as Linear<10>.");
    static constexpr const auto& plan = Net::template plan<M>;
    static constexpr int segments = plan.segments;
    static constexpr int passes = M.gradients ? 2 * segments - 1 : segments;

public:
    /// @throws OptionError if `most_samples` is not positive.
    NORMA_NOINLINE Executor(Threads& threads, int most_samples);

    /// Runs the batch through the network. Many threads call `head(i, logits, gradient)`, once for each sample: it
    /// reads `Net::outputs` logits and, in a mode with gradients, writes (`=`) as many gradients. Afterwards
    /// `gradient()` is the gradient of all parameters. `watch`, if any, looks at the output of every stage.
    /// @throws DataError if the batch is empty or larger than `most_samples`.
    /// @throws TrainingError if a norm over the batch gets one value per channel, unless this is training and the norm
    /// then uses its running statistics (`one_value`).
    NORMA_NOINLINE void run(const Net& network, const BatchRef<T>& batch, const HeadRef<T>& head, StepName name = {},
                            FirstNonFinite* watch = nullptr);

    /// Gradient of the last batch's loss, laid out as `Net::parameters()`.
    std::span<T> gradient()
        requires(M.gradients)
    {
        return {gradients_.data(), std::size_t(plan.parameters_size)};
    }

    /// Moves the network's running statistics towards the last batch's mean and unbiased variance: by the norm's
    /// `running_weight_of_new` or, if the norm or the caller says `cumulative`, by 1 / (number of batches so far),
    /// which weighs all batches the same.
    void track_statistics(Net& network, bool cumulative = false) const
        requires(M.batch_statistics)
    {
        network.set_tracked_batches(network.tracked_batches() + 1);
        coupled_.track(plan.stages, network.running_mean().data(), network.running_variance().data(),
                       network.tracked_batches(), cumulative);
    }

    /// Statistics of the last batch.
    const BatchStatistics<T>& statistics() const
        requires(M.batch_statistics)
    {
        return coupled_;
    }

    /// The first stage whose statistics of the last batch are not finite, for instance because the square of an
    /// activation is too large for `T`; −1 if all are finite.
    int stage_with_infinite_statistics() const
        requires(M.batch_statistics)
    {
        return coupled_.first_not_finite(plan.stages);
    }

    /// Samples of the largest batch that it takes.
    int most_samples() const { return most_samples_; }
    /// One probe per thread.
    std::span<Probe> probes() { return probes_; }
    /// Bytes held for activations, gradients and statistics.
    std::size_t memory() const {
        return (arenas_.size() + store_.size() + gradients_.size() + transposed_.size() + parts_.size() +
                folded_.size()) *
                   sizeof(T) +
               coupled_.memory();
    }

private:
    static constexpr std::size_t arena_stride = aligned_count<T>(std::size_t(plan.arena_size));
    static constexpr std::size_t store_stride = aligned_count<T>(std::size_t(plan.store_size));
    static constexpr std::size_t gradient_stride = aligned_count<T>(std::size_t(plan.parameters_size));
    using Part = typename SamplePass<Net, M, Probe>::Part;

    T* store_of(int sample) { return store_.data() + std::size_t(sample) * store_stride; }

    // These return null where the mode has no gradients, or no statistics of the batch.
    T* gradients_of(int chunk) {
        return M.gradients ? gradients_.data() + std::size_t(chunk) * gradient_stride : nullptr;
    }
    T* part_of(int chunk) { return M.batch_statistics ? parts_.data() + std::size_t(chunk) * Part::size : nullptr; }

    void take_running_statistics(const Net& network, const PlannedStage& s) {
        coupled_.take(s, network.running_mean().data(), network.running_variance().data());
    }

    void transpose_all(const Net& network) {
        simd::unroll<int(plan.stages.size())>([&](auto i) {
            constexpr PlannedStage s = plan.stages[i];
            if constexpr (s.stage.kind == Stage::Kind::convolution && s.wants_input_gradient) {
                kernels::transpose_weights<T, s.stage.convolution>(network.parameters().data() + s.weight_offset,
                                                                   transposed_.data() + s.weight_offset);
            }
        });
    }

    /// Between two passes: merges the chunks' sums for the norm at this place into those of the whole batch.
    template <int Pass>
    void finish_pass(const Net& network, Chunks chunks) {
        using Work = SamplePass<Net, M, Probe>;
        constexpr int norm = Work::norm_after_pass(Pass);
        if constexpr (norm >= 0) {
            constexpr PlannedStage s = plan.stages[std::size_t(norm)];
            constexpr kernels::Pointwise p = s.stage.pointwise;
            constexpr int channels = p.extent.channels;
            const std::size_t at = std::size_t(s.statistics_offset);
            const auto part = [&](int chunk) { return Part{part_of(chunk)}; };
            const long long values = values_per_mean(chunks.samples, p);
            const bool has_one_value = p.one_value == kernels::OneValue::running_statistics && values < 2;
            if constexpr (Pass < segments - 1) {
                if (has_one_value) return take_running_statistics(network, s);
                merge_in_tree(chunks.count(), [&](int a, int b) {
                    kernels::merge_samples<T>(channels, part(a).samples(), part(b).samples());
                });
                coupled_.take(s, chunks.samples, part(0).samples());
            } else {
                merge_in_tree(chunks.count(), [&](int a, int b) {
                    kernels::add_to<T, channels>(part(b).sum(), part(a).sum());
                    kernels::add_to<T, channels>(part(b).product(), part(a).product());
                });
                T* const sum = part(0).sum();
                T* const product = part(0).product();
                if constexpr (p.affine == kernels::Affine::per_channel) {
                    kernels::add_to<T, channels>(product, gradients_.data() + s.weight_offset);
                    if constexpr (p.has_bias) kernels::add_to<T, channels>(sum, gradients_.data() + s.bias_offset);
                }
                if (has_one_value) {  // running statistics do not depend on x
                    std::fill_n(coupled_.offset.data() + at, channels, T(0));
                    std::fill_n(coupled_.slope.data() + at, channels, T(0));
                    return;
                }
                kernels::pointwise_gradient_means<T, p>({coupled_.mean.data() + at, coupled_.inverse.data() + at},
                                                        network.parameters().data() + s.weight_offset,
                                                        static_cast<T>(values), sum, product);
                std::copy_n(sum, channels, coupled_.offset.data() + at);
                std::copy_n(product, channels, coupled_.slope.data() + at);
            }
        }
    }

    Threads& threads_;
    int most_samples_;
    std::vector<Probe> probes_;
    AlignedBuffer<T> arenas_;
    AlignedBuffer<T> store_;
    BatchStatistics<T> coupled_;
    AlignedBuffer<T> folded_;
    AlignedBuffer<T> gradients_;
    AlignedBuffer<T> transposed_;
    AlignedBuffer<T> parts_;
};

// These two are outside the class, so that they are not inline: a file that declares the network by NORMA_EXTERN does
// not compile them.
template <class Net, Mode M, class Probe>
Executor<Net, M, Probe>::Executor(Threads& threads, int most_samples)
    : threads_(threads),
      most_samples_(detail::checked_most_samples(most_samples)),
      probes_(std::size_t(threads.count())),
      arenas_(std::size_t(threads.count()) * arena_stride),
      store_(std::size_t(most_samples) * store_stride),
      coupled_(plan.statistics_size),
      folded_(std::size_t(plan.folded_size)) {
    if constexpr (M.gradients) {
        gradients_ = AlignedBuffer<T>(std::size_t(Chunks{most_samples}.count()) * gradient_stride);
        transposed_ = AlignedBuffer<T>(gradient_stride);
    }
    if constexpr (M.batch_statistics) {
        parts_ = AlignedBuffer<T>(std::size_t(Chunks{most_samples}.count()) * Part::size);
    }
}

template <class Net, Mode M, class Probe>
void Executor<Net, M, Probe>::run(const Net& network, const BatchRef<T>& batch, const HeadRef<T>& head, StepName name,
                                  FirstNonFinite* watch) {
    detail::verify_batch_size(batch.size(), most_samples_);
    if constexpr (M.batch_statistics) verify_values_per_mean(plan.stages, batch.size(), M.gradients);
    const Chunks chunks{batch.size()};
    const T* const learned = network.parameters().data();
    SharedState<T> shared{plan.folded_size > 0 ? folded_.data() : learned,
                          transposed_.data(),
                          coupled_.mean.data(),
                          coupled_.inverse.data(),
                          coupled_.offset.data(),
                          coupled_.slope.data(),
                          name.seed,
                          name.step,
                          watch};
    if constexpr (M.gradients) transpose_all(network);
    if constexpr (!M.batch_statistics) {
        coupled_.take_running(plan.stages, network.running_mean().data(), network.running_variance().data());
    }
    if constexpr (plan.folded_size > 0) detail::fold_norms(plan, learned, coupled_, folded_.data());
    simd::unroll<passes>([&](auto pass) {
        // Every second pass starts at the end of the batch: the caches still hold what was stored last.
        constexpr bool turned = pass % 2 == 1;
        threads_.for_each(chunks.count(), [&](int index, int slot) {
            const int chunk = turned ? chunks.count() - 1 - index : index;
            const int begin = chunks.begin(chunk);
            const int end = chunks.end(chunk);
            SamplePass<Net, M, Probe> work(shared, arenas_.data() + std::size_t(slot) * arena_stride,
                                           gradients_of(chunk), part_of(chunk), probes_[std::size_t(slot)]);
            work.template begin_chunk<pass>();
            for (int k = begin; k < end; ++k) {
                const int i = turned ? begin + end - 1 - k : k;
                const int next = turned ? i - 1 : i + 1;
                work.template run<pass>(i, store_of(i), k + 1 < end ? store_of(next) : nullptr, batch, head);
            }
        });
        finish_pass<pass>(network, chunks);
    });
    if constexpr (M.gradients) {
        detail::sum_gradients(threads_, gradients_.data(), plan.parameters_size, gradient_stride, chunks.count());
    }
}

}  // namespace norma::inline NORMA_TARGET
