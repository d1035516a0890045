#pragma once

#include <cstddef>
#include <cstdint>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/array_view.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/fold_norms.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A network's numbers as the kernels of a plan read them: norms by running statistics are folded into the weights of
/// convolutions, and weights are brought into the forms that kernels read. That takes as long as many samples, so it is
/// done once for all batches of the same parameters.
template <class Value>
class PreparedParameters {
    using T = ScalarOf<Value>;

public:
    /// Allocates what the plan needs. Nothing is taken yet.
    explicit PreparedParameters(const PlanView<Value>& plan)
        : plan_(plan),
          steps_(plan.steps.from(plan.passes.empty() ? 0 : std::size_t(plan.passes.back().last))),
          folded_(std::size_t(plan.folded_size)),
          prepared_(std::size_t(plan.prepared_size)),
          statistics_(plan.statistics_size) {}

    /// Takes (`=`) the numbers of a network. The learned ones are copied only if a norm is folded into them; otherwise
    /// `learned` must stay as it is until the next call. `for_each(n, f)` calls `f(k)` for every k in [0, n), in any
    /// order.
    template <class ForEach>
    void take(const T* learned, const T* running_mean, const T* running_var, const ForEach& for_each) {
        learned_ = learned;
        running_mean_ = running_mean;
        running_var_ = running_var;
        if (plan_.take_norms != nullptr) {
            plan_.take_norms(plan_, learned, running_mean, running_var, statistics_, folded_.data());
        }
        for_each(static_cast<int>(steps_.size()), [&](int k) {
            const Step& step = steps_[std::size_t(k)];
            plan_.kernels[std::size_t(step.task)].prepare(parameters() + step.places.weight_offset,
                                                          prepared_.data() + step.places.prepared_offset);
        });
    }

    /// Were numbers taken?
    bool taken() const { return learned_ != nullptr; }
    /// Has the plan norms that are folded? Then the learned numbers are copied.
    bool folds() const { return plan_.folded_size > 0; }
    /// What the kernels read.
    SharedState<T> shared(std::uint64_t seed, std::uint32_t step) const {
        return {parameters(),
                prepared_.data(),
                statistics_.mean.data(),
                statistics_.inverse.data(),
                statistics_.offset.data(),
                statistics_.slope.data(),
                seed,
                step};
    }
    /// The network's learned numbers, not folded.
    const T* learned() const { return learned_; }
    /// The network's running statistics.
    const T* running_mean() const { return running_mean_; }
    /// The same.
    const T* running_var() const { return running_var_; }
    /// Statistics of the norms over the batch: the running ones, or those of the last batch, which the passes write.
    BatchStatistics<T>& statistics() { return statistics_; }
    /// The same, to read.
    const BatchStatistics<T>& statistics() const { return statistics_; }
    /// Bytes held.
    std::size_t memory() const { return (folded_.size() + prepared_.size()) * sizeof(T) + statistics_.memory(); }

private:
    const T* parameters() const { return folds() ? folded_.data() : learned_; }

    PlanView<Value> plan_;
    ArrayView<Step> steps_;  ///< that prepare a weight
    const T* learned_ = nullptr;
    const T* running_mean_ = nullptr;
    const T* running_var_ = nullptr;
    AlignedBuffer<T> folded_;
    AlignedBuffer<T> prepared_;
    BatchStatistics<T> statistics_;
};

}  // namespace norma::inline NORMA_TARGET::detail
