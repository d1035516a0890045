#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/random.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/chunks.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/gradient_sum.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/norm_parts.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/network/prepared_parameters.hpp"
#include "norma/network/sample_pass.hpp"

namespace norma::inline NORMA_TARGET {

/// Names the random numbers of one step: the same seed and step give the same dropout masks.
struct StepName {
    std::uint64_t seed = 0;  ///< of the run
    std::uint32_t step = 0;  ///< counted from 0 over all epochs
};

namespace detail {
inline int checked_most_samples(int most_samples) {
    if (most_samples < 1) {
        raise<OptionError>({"batch size: ", most_samples, " is not a positive number of samples"});
    }
    return most_samples;
}
inline void verify_batch_size(int size, int most_samples) {
    if (size < 1 || size > most_samples) {
        raise<DataError>(
            {"a batch of ", size, " samples does not fit an executor for 1 to ", most_samples, " samples"});
    }
}
}  // namespace detail

namespace detail {

/// Runs batches through a plan. It knows no type of network, so that it is compiled once.
template <class Value, class Probe>
class PlanRunner {
    using T = ScalarOf<Value>;

public:
    /// Allocates all the memory for batches of up to `most_samples` samples.
    [[gnu::cold]] PlanRunner(const PlanView<Value>& plan, Threads& threads, int most_samples)
        : plan_(plan),
          threads_(threads),
          most_samples_(checked_most_samples(most_samples)),
          probes_(std::size_t(threads.count())),
          samples_at_a_time_(std::min(plan.block, Chunks{most_samples, plan.block}.size())),
          arena_stride_(aligned_count<std::byte>(std::size_t(thread_size(plan, samples_at_a_time_)))),
          store_stride_(aligned_count<std::byte>(std::size_t(plan.store_size))),
          reducer_(plan.mode.gradients || plan.mode.batch_statistics ? threads.reducer() : alone_),
          batch_(reducer_, plan.block),
          most_chunks_(Chunks::most(most_samples, plan.block)),
          most_(batch_.most(most_samples)),
          arenas_(std::size_t(threads.count()) * arena_stride_),
          store_(std::size_t(most_.samples) * store_stride_),
          prepared_(plan),
          gradients_(plan, threads, reducer_, most_chunks_, most_),
          parts_(plan, reducer_, most_chunks_) {}

    /// See `Executor::prepare`.
    void prepare(const T* learned, const T* running_mean, const T* running_var) {
        prepared_.take(learned, running_mean, running_var, [&](int n, const auto& f) {
            if (n > 0) threads_.for_each(n, [&](int k, int) { f(k); });
        });
    }

    /// See `Executor::run`, of the numbers that `prepare` took.
    void run(const BatchRef<T>& batch, const LossRef<T>& loss, StepName name, FirstNonFinite* watch) {
        verify_batch_size(batch.size(), most_samples_);
        const Mode& mode = plan_.mode;
        if (mode.batch_statistics) {
            verify_values_per_mean(plan_.graph, batch.size(), mode.gradients,
                                   {by_running_statistics_.data(), by_running_statistics_.size()});
        }
        if (!prepared_.taken()) raise("an executor has no network yet; call prepare(network), or run(network, ...)");
        batch_.divide(batch.size());
        const Chunks& chunks = batch_.chunks();
        const ChunkRun own = batch_.own();
        const SharedState<T> shared = prepared_.shared(name.seed, name.step);
        gradients_.give_up();  // of a run that ended by an error
        for (int pass = 0; pass < static_cast<int>(plan_.passes.size()); ++pass) {
            // Every second pass starts at the end of the batch: the caches still hold what was stored last.
            const bool turned = pass % 2 == 1;
            const auto run_chunk = [&](int chunk, int slot, const GradientArray<T>& gradients) {
                T* const part = parts_.of_chunk(chunk);
                if (part != nullptr) parts_.clear(chunk);
                const ThreadMemory<Value> memory(plan_, samples_at_a_time_,
                                                 arenas_.data() + std::size_t(slot) * arena_stride_);
                SamplePass<Value, Probe> work(plan_, shared, memory, gradients, part, watch,
                                              probes_[std::size_t(slot)]);
                const int begin = chunks.begin(chunk);
                const int end = chunks.end(chunk);
                const int blocks = (end - begin + plan_.block - 1) / plan_.block;
                for (int k = 0; k < blocks; ++k) {
                    const int first = begin + (turned ? blocks - 1 - k : k) * plan_.block;
                    const int next = turned ? first - plan_.block : first + plan_.block;
                    work.run(pass, first, std::min(plan_.block, end - first), store_of(first),
                             k + 1 < blocks ? store_of(next) : nullptr, batch, loss);
                }
            };
            const bool sums_gradients = mode.gradients && pass >= plan_.segments - 1;
            if (sums_gradients) {
                gradients_.begin(pass, batch_, turned);
                threads_.for_each(own.count(), [&](int, int slot) {
                    typename GradientSum<T>::Chunk chunk(gradients_);
                    if (chunk.number() < 0) return;
                    run_chunk(chunk.number(), slot, chunk.gradients());
                    chunk.give();
                });
            } else {
                threads_.for_each(own.count(), [&](int index, int slot) {
                    run_chunk(turned ? own.last - 1 - index : own.first + index, slot, {});
                });
            }
            gradients_.settle();  // those of the pass before
            reducer_.agree({Reducer::training_pass, static_cast<std::uint16_t>(pass * 1024 + batch.size())});
            finish_pass(pass);
            if (sums_gradients) gradients_.finish(pass + 1 == static_cast<int>(plan_.passes.size()));
        }
        gradients_.settle();
    }

    /// See `Executor::use_running_statistics`.
    void use_running_statistics(std::span<const int> nodes) {
        by_running_statistics_ = AlignedBuffer<bool>(std::size_t(plan_.statistics_size));
        for (std::size_t i = 0; i < plan_.graph.size(); ++i) {
            const Node& node = plan_.graph[i];
            const int source = node.source < 0 ? static_cast<int>(i) : node.source;
            if (node.facts.statistics_count > 0 && std::ranges::find(nodes, source) != nodes.end()) {
                by_running_statistics_[std::size_t(node.statistics_offset)] = true;
            }
        }
    }

    /// The first sample of each process in the last batch, then the number of all samples.
    std::span<const std::size_t> sample_begins() const { return batch_.sample_begins(); }
    const PlanView<Value>& plan() const { return plan_; }
    int most_samples() const { return most_samples_; }
    std::span<T> gradient() { return gradients_.total(); }
    const BatchStatistics<T>& statistics() const { return prepared_.statistics(); }
    std::span<Probe> probes() { return probes_; }
    std::size_t memory() const {
        return arenas_.size() + store_.size() + parts_.memory() + prepared_.memory() + gradients_.memory();
    }

private:
    std::byte* store_of(int sample) {
        return store_.data() + std::size_t(sample - batch_.first_sample()) * store_stride_;
    }

    /// Between two passes: merges the chunks' sums for the norms at this place into those of the whole batch. After a
    /// forward pass they begin the next segment, after a backward pass the segment of that pass.
    void finish_pass(int pass) {
        const int last = plan_.segments - 1;
        const bool forward = pass < last;
        if (!forward && !plan_.mode.gradients) return;
        const int segment = forward ? pass + 1 : plan_.passes[std::size_t(pass)].segment;
        const auto here = [&](const NormOverBatch& norm) {
            return norm.segment == segment && !(forward && by_running_statistics(norm));
        };
        parts_.merge(plan_, batch_, here,
                     [&](const NormOverBatch&, const ops::ChunkPart<T>& a, const ops::ChunkPart<T>& b) {
                         if (forward) return kernels::merge_samples<T>(a.channels, a.samples(), b.samples());
                         for (int c = 0; c < a.channels; ++c) a.sum()[c] += b.sum()[c];
                         for (int c = 0; c < a.channels; ++c) a.product()[c] += b.product()[c];
                     });
        for (const NormOverBatch& norm : plan_.norms) {
            if (norm.segment != segment) continue;
            const FusedNode& node = plan_.nodes[std::size_t(norm.node)];
            const ops::ChunkPart<T> all{parts_.of_chunk(0) + norm.part_offset, norm_in(node)->extent.channels};
            if (!forward) {
                finish_gradient(node, all, by_running_statistics(norm));
            } else if (by_running_statistics(norm)) {
                prepared_.statistics().take(node, prepared_.running_mean(), prepared_.running_var());
            } else {
                prepared_.statistics().take(node, batch_.chunks().samples, all.samples());
            }
        }
    }

    /// Does this norm use its running statistics for this batch?
    bool by_running_statistics(const NormOverBatch& norm) const {
        const FusedNode& node = plan_.nodes[std::size_t(norm.node)];
        const kernels::Pointwise& p = *norm_in(node);
        return (p.one_value == kernels::OneValue::running_statistics &&
                values_per_mean(batch_.chunks().samples, p) < 2) ||
               (by_running_statistics_.size() != 0 && by_running_statistics_[std::size_t(node.statistics_offset)]);
    }

    /// Adds (`+=`) the gradients of a norm's weight and bias, by the two sums of the whole batch, and writes (`=`) what
    /// the second half of the gradient needs.
    void finish_gradient(const FusedNode& node, const ops::ChunkPart<T>& all, bool by_running_statistics) {
        BatchStatistics<T>& statistics = prepared_.statistics();
        const kernels::Pointwise& p = *norm_in(node);
        const int channels = p.extent.channels;
        const std::size_t at = std::size_t(node.statistics_offset);
        T* const sum = all.sum();
        T* const product = all.product();
        if (p.affine == kernels::Affine::per_channel) {
            gradients_.add_later(node.weight_offset, {product, std::size_t(channels)});
            if (p.has_bias) gradients_.add_later(node.bias_offset, {sum, std::size_t(channels)});
        }
        if (by_running_statistics) {  // they do not depend on x
            std::fill_n(statistics.offset.data() + at, channels, T(0));
            std::fill_n(statistics.slope.data() + at, channels, T(0));
            return;
        }
        kernels::pointwise_gradient_means<T>(p, {statistics.mean.data() + at, statistics.inverse.data() + at},
                                             prepared_.learned() + node.weight_offset,
                                             static_cast<T>(values_per_mean(batch_.chunks().samples, p)), sum, product);
        std::copy_n(sum, channels, statistics.offset.data() + at);
        std::copy_n(product, channels, statistics.slope.data() + at);
    }

    PlanView<Value> plan_;
    Threads& threads_;
    int most_samples_;
    std::vector<Probe> probes_;
    int samples_at_a_time_;  ///< of any batch: a block, or a chunk if that is smaller
    std::size_t arena_stride_;
    std::size_t store_stride_;
    Reducer alone_;
    Reducer& reducer_;  ///< `alone_` in a mode in which samples have nothing to do with each other
    BatchParts batch_;  ///< the last one
    int most_chunks_;   ///< of any batch, of all processes
    BatchParts::Most most_;
    AlignedBuffer<std::byte> arenas_;
    AlignedBuffer<std::byte> store_;
    PreparedParameters<Value> prepared_;
    GradientSum<T> gradients_;
    NormParts<T> parts_;
    /// At the `statistics_offset` of norms; empty: none. No std::vector of bool: its functions have no namespace for
    /// each instruction set, and the compiler does not inline them.
    AlignedBuffer<bool> by_running_statistics_;
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
