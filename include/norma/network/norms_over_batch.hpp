#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/normalise_gradient.hpp"
#include "norma/kernels/statistics.hpp"
#include "norma/network/batch_parts.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/gradient_sum.hpp"
#include "norma/network/norm_parts.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/network/prepared_parameters.hpp"
#include "norma/ops/chunk_part.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// A plan with its numbers while a batch runs through it.
template <class Value>
struct RunningPlan {
    const PlanView<Value>& plan;
    const BatchParts& batch;              ///< the last one
    PreparedParameters<Value>& prepared;  ///< what the kernels read
    GradientSum<ScalarOf<Value>>& gradients;
};

/// What a plan does for norms by statistics of the batch. Only networks that have such norms make one (`make_norms`).
template <class Value>
class NormsOverBatch {
    using T = ScalarOf<Value>;

public:
    NormsOverBatch(const NormsOverBatch&) = delete;
    NormsOverBatch& operator=(const NormsOverBatch&) = delete;
    virtual ~NormsOverBatch() = default;

    /// Verifies that a batch of `samples` samples is large enough.
    /// @throws TrainingError as `verify_values_per_mean`
    virtual void verify_batch(int samples) const = 0;
    /// Between two passes: merges the chunks' sums for the norms at this place into those of the whole batch. After a
    /// forward pass they begin the next segment, after a backward pass the segment of that pass.
    virtual void finish_pass(int pass) = 0;
    /// See `Executor::use_running_statistics`.
    virtual void use_running_statistics(std::span<const int> nodes) = 0;

    /// The sums of a chunk, which begin as 0; null if there are none.
    T* begin_chunk(int chunk) {
        T* const part = parts_.of_chunk(chunk);
        if (part != nullptr) parts_.clear(chunk);
        return part;
    }
    /// Bytes held.
    std::size_t memory() const { return parts_.memory(); }

protected:
    /// With the memory for batches of up to `most_chunks` chunks.
    NormsOverBatch(const PlanView<Value>& plan, Reducer& reducer, int most_chunks)
        : parts_(plan, reducer, most_chunks) {}

    NormParts<T> parts_;
};

/// The only class of this kind: programs without norms over the batch do not compile it.
template <class Value>
class NormsOfPlan final : public NormsOverBatch<Value> {
    using T = ScalarOf<Value>;
    using NormsOverBatch<Value>::parts_;

public:
    /// For batches of up to `most_chunks` chunks.
    NormsOfPlan(const RunningPlan<Value>& plan, Reducer& reducer, int most_chunks)
        : NormsOverBatch<Value>(plan.plan, reducer, most_chunks),
          plan_(plan.plan),
          batch_(plan.batch),
          prepared_(plan.prepared),
          gradients_(plan.gradients) {}

    void verify_batch(int samples) const override {
        verify_values_per_mean(plan_.graph, samples, plan_.mode.gradients,
                               {by_running_statistics_.data(), by_running_statistics_.size()});
    }

    void use_running_statistics(std::span<const int> nodes) override {
        by_running_statistics_ = AlignedBuffer<bool>(std::size_t(plan_.statistics_size));
        for (std::size_t i = 0; i < plan_.graph.size(); ++i) {
            const Node& node = plan_.graph[i];
            const int source = node.source < 0 ? static_cast<int>(i) : node.source;
            if (node.facts.statistics_count > 0 && std::find(nodes.begin(), nodes.end(), source) != nodes.end()) {
                by_running_statistics_[std::size_t(node.statistics_offset)] = true;
            }
        }
    }

    void finish_pass(int pass) override {
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

private:
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

    const PlanView<Value>& plan_;
    const BatchParts& batch_;
    PreparedParameters<Value>& prepared_;
    GradientSum<T>& gradients_;
    /// At the `statistics_offset` of norms; empty: none. No std::vector of bool: its functions have no namespace for
    /// each instruction set, and the compiler does not inline them.
    AlignedBuffer<bool> by_running_statistics_;
};

template <class Value>
Owned<NormsOverBatch<Value>> make_norms(const RunningPlan<Value>& plan, Reducer& reducer, int most_chunks) {
    return Owned<NormsOverBatch<Value>>(new NormsOfPlan<Value>(plan, reducer, most_chunks));
}

}  // namespace norma::inline NORMA_TARGET::detail
