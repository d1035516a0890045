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
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/chunks.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/gradient_sum.hpp"
#include "norma/network/loss_ref.hpp"
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

namespace detail {

/// Runs batches through a plan. It knows no type of network, so that it is compiled once.
template <class Value, class Probe>
class PlanRunner {
    using T = ScalarOf<Value>;

public:
    /// Allocates all the memory for batches of up to `most_samples` samples.
    PlanRunner(const PlanView<Value>& plan, Threads& threads, int most_samples)
        : plan_(plan),
          threads_(threads),
          most_samples_(checked_most_samples(most_samples)),
          probes_(std::size_t(threads.count())),
          samples_at_a_time_(std::min(plan.block, Chunks{most_samples, plan.block}.size())),
          arena_stride_(aligned_count<std::byte>(std::size_t(thread_size(plan, samples_at_a_time_)))),
          store_stride_(aligned_count<std::byte>(std::size_t(plan.store_size))),
          part_stride_(aligned_count<T>(std::size_t(plan.part_size))),
          arenas_(std::size_t(threads.count()) * arena_stride_),
          store_(std::size_t(most_samples) * store_stride_),
          prepared_(plan),
          gradients_(plan, threads.count(), Chunks::most(most_samples, plan.block)) {
        if (plan.mode.batch_statistics) {
            parts_ = AlignedBuffer<T>(std::size_t(Chunks::most(most_samples, plan.block)) * part_stride_);
        }
    }

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
        const Chunks chunks{batch.size(), plan_.block};
        const SharedState<T> shared = prepared_.shared(name.seed, name.step);
        for (int pass = 0; pass < static_cast<int>(plan_.passes.size()); ++pass) {
            // Every second pass starts at the end of the batch: the caches still hold what was stored last.
            const bool turned = pass % 2 == 1;
            const auto run_chunk = [&](int chunk, int slot, const GradientArray<T>& gradients) {
                T* const part = part_of(chunk);
                if (part != nullptr) std::fill_n(part, plan_.part_size, T(0));
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
            if (mode.gradients && pass >= plan_.segments - 1) {
                gradients_.begin(pass, chunks.count(), turned);
                threads_.for_each(chunks.count(), [&](int, int slot) {
                    typename GradientSum<T>::Chunk chunk(gradients_);
                    if (chunk.number() < 0) return;
                    run_chunk(chunk.number(), slot, chunk.gradients());
                    chunk.give();
                });
                gradients_.finish(threads_);
            } else {
                threads_.for_each(chunks.count(), [&](int index, int slot) {
                    run_chunk(turned ? chunks.count() - 1 - index : index, slot, {});
                });
            }
            finish_pass(pass, chunks);
        }
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

    const PlanView<Value>& plan() const { return plan_; }
    int most_samples() const { return most_samples_; }
    std::span<T> gradient() { return gradients_.total(); }
    const BatchStatistics<T>& statistics() const { return prepared_.statistics(); }
    std::span<Probe> probes() { return probes_; }
    std::size_t memory() const {
        return arenas_.size() + store_.size() + parts_.size() * sizeof(T) + prepared_.memory() + gradients_.memory();
    }

private:
    std::byte* store_of(int sample) { return store_.data() + std::size_t(sample) * store_stride_; }

    // Null in a mode without statistics of the batch.
    T* part_of(int chunk) { return part_stride_ > 0 ? parts_.data() + std::size_t(chunk) * part_stride_ : nullptr; }

    /// Between two passes: merges the chunks' sums for the norms at this place into those of the whole batch. After a
    /// forward pass they begin the next segment, after a backward pass the segment of that pass.
    void finish_pass(int pass, Chunks chunks) {
        const int last = plan_.segments - 1;
        const bool forward = pass < last;
        if (!forward && !plan_.mode.gradients) return;
        const int segment = forward ? pass + 1 : plan_.passes[std::size_t(pass)].segment;
        for (const NormOverBatch& norm : plan_.norms) {
            if (norm.segment != segment) continue;
            const FusedNode& node = plan_.nodes[std::size_t(norm.node)];
            const kernels::Pointwise& p = *norm_in(node);
            const auto part = [&](int chunk) {
                return ops::ChunkPart<T>{part_of(chunk) + norm.part_offset, p.extent.channels};
            };
            const long long values = values_per_mean(chunks.samples, p);
            const bool by_running_statistics =
                (p.one_value == kernels::OneValue::running_statistics && values < 2) ||
                (by_running_statistics_.size() != 0 && by_running_statistics_[std::size_t(node.statistics_offset)]);
            if (!forward) {
                finish_gradient(node, part, chunks.count(), values, by_running_statistics);
            } else if (by_running_statistics) {
                prepared_.statistics().take(node, prepared_.running_mean(), prepared_.running_var());
            } else {
                merge_in_tree(chunks.count(), [&](int a, int b) {
                    kernels::merge_samples<T>(p.extent.channels, part(a).samples(), part(b).samples());
                });
                prepared_.statistics().take(node, chunks.samples, part(0).samples());
            }
        }
    }

    /// Merges the two sums of a norm's gradient, adds (`+=`) the gradients of its weight and bias, and writes (`=`)
    /// what the second half of the gradient needs.
    template <class PartOf>
    void finish_gradient(const FusedNode& node, const PartOf& part, int chunks, long long values,
                         bool by_running_statistics) {
        BatchStatistics<T>& statistics = prepared_.statistics();
        const kernels::Pointwise& p = *norm_in(node);
        const int channels = p.extent.channels;
        const std::size_t at = std::size_t(node.statistics_offset);
        const auto add = [&](const T* from, T* to) {
            for (int c = 0; c < channels; ++c) to[c] += from[c];
        };
        merge_in_tree(chunks, [&](int a, int b) {
            add(part(b).sum(), part(a).sum());
            add(part(b).product(), part(a).product());
        });
        T* const sum = part(0).sum();
        T* const product = part(0).product();
        if (p.affine == kernels::Affine::per_channel) {
            add(product, gradients_.total().data() + node.weight_offset);
            if (p.has_bias) add(sum, gradients_.total().data() + node.bias_offset);
        }
        if (by_running_statistics) {  // they do not depend on x
            std::fill_n(statistics.offset.data() + at, channels, T(0));
            std::fill_n(statistics.slope.data() + at, channels, T(0));
            return;
        }
        kernels::pointwise_gradient_means<T>(p, {statistics.mean.data() + at, statistics.inverse.data() + at},
                                             prepared_.learned() + node.weight_offset, static_cast<T>(values), sum,
                                             product);
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
    std::size_t part_stride_;
    AlignedBuffer<std::byte> arenas_;
    AlignedBuffer<std::byte> store_;
    PreparedParameters<Value> prepared_;
    GradientSum<T> gradients_;
    AlignedBuffer<T> parts_;
    /// At the `statistics_offset` of norms; empty: none. No std::vector of bool: its functions have no namespace for
    /// each instruction set, and the compiler does not inline them.
    AlignedBuffer<bool> by_running_statistics_;
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
