#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/error.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/list.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/random.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/gradient_sum.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/norms_over_batch.hpp"
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
          gradients_(plan, threads, reducer_, most_chunks_, most_) {
        probes_.assign(std::size_t(threads.count()), Probe());
        if (plan.make_norms != nullptr) {
            norms_ = plan.make_norms({plan_, batch_, prepared_, gradients_}, reducer_, most_chunks_);
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
        if (norms_) norms_->verify_batch(batch.size());
        if (!prepared_.taken()) raise("an executor has no network yet; call prepare(network), or run(network, ...)");
        batch_.divide(batch.size());
        const ChunkRun own = batch_.own();
        const Run run{prepared_.shared(name.seed, name.step), batch, loss, watch};
        gradients_.give_up();  // of a run that ended by an error
        for (int pass = 0; pass < static_cast<int>(plan_.passes.size()); ++pass) {
            const bool turned = is_turned(pass);
            const bool sums_gradients = mode.gradients && pass >= plan_.segments - 1;
            if (sums_gradients) {
                gradients_.begin(pass, batch_, turned);
                threads_.for_each(own.count(), [&](int, int slot) {
                    typename GradientSum<T>::Chunk chunk(gradients_);
                    if (chunk.number() < 0) return;
                    run_chunk(run, pass, chunk.number(), slot, chunk.gradients());
                    chunk.give();
                });
            } else {
                threads_.for_each(own.count(), [&](int index, int slot) {
                    run_chunk(run, pass, turned ? own.last - 1 - index : own.first + index, slot, {});
                });
            }
            gradients_.settle();  // those of the pass before
            reducer_.agree({Reducer::training_pass, static_cast<std::uint16_t>(pass * 1024 + batch.size())});
            if (norms_) norms_->finish_pass(pass);
            if (sums_gradients) gradients_.finish(pass + 1 == static_cast<int>(plan_.passes.size()));
        }
        gradients_.settle();
    }

    /// See `Executor::use_running_statistics`.
    void use_running_statistics(std::span<const int> nodes) {
        if (norms_) norms_->use_running_statistics(nodes);
    }

    /// The first sample of each process in the last batch, then the number of all samples.
    std::span<const std::size_t> sample_begins() const { return batch_.sample_begins(); }
    const PlanView<Value>& plan() const { return plan_; }
    int most_samples() const { return most_samples_; }
    std::span<T> gradient() { return gradients_.total(); }
    const BatchStatistics<T>& statistics() const { return prepared_.statistics(); }
    std::span<Probe> probes() { return {probes_.begin(), probes_.size()}; }
    std::size_t memory() const {
        return arenas_.size() + store_.size() + (norms_ ? norms_->memory() : 0) + prepared_.memory() +
               gradients_.memory();
    }

private:
    /// What all passes of a batch read.
    struct Run {
        SharedState<T> shared;
        const BatchRef<T>& batch;
        const LossRef<T>& loss;
        FirstNonFinite* watch;
    };

    /// Every second pass starts at the end of the batch: the caches still hold what was stored last.
    static bool is_turned(int pass) { return pass % 2 == 1; }

    /// Runs a chunk through a pass, in the memory of thread `slot`.
    NORMA_NOINLINE void run_chunk(const Run& run, int pass, int chunk, int slot, const GradientArray<T>& gradients) {
        const ThreadMemory<Value> memory(plan_, samples_at_a_time_, arenas_.data() + std::size_t(slot) * arena_stride_);
        SamplePass<Value, Probe> work(plan_, run.shared, memory, gradients,
                                      norms_ ? norms_->begin_chunk(chunk) : nullptr, run.watch,
                                      probes_[std::size_t(slot)]);
        const bool turned = is_turned(pass);
        const int begin = batch_.chunks().begin(chunk);
        const int end = batch_.chunks().end(chunk);
        const int blocks = (end - begin + plan_.block - 1) / plan_.block;
        for (int k = 0; k < blocks; ++k) {
            const int first = begin + (turned ? blocks - 1 - k : k) * plan_.block;
            const int next = turned ? first - plan_.block : first + plan_.block;
            work.run(pass, first, std::min(plan_.block, end - first), store_of(first),
                     k + 1 < blocks ? store_of(next) : nullptr, run.batch, run.loss);
        }
    }

    std::byte* store_of(int sample) {
        return store_.data() + std::size_t(sample - batch_.first_sample()) * store_stride_;
    }

    PlanView<Value> plan_;
    Threads& threads_;
    int most_samples_;
    List<Probe> probes_;
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
    Owned<NormsOverBatch<Value>> norms_;  ///< null if there are none
};

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
