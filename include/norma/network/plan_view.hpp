#pragma once

#include <span>

#include "norma/core/array_view.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/plan.hpp"
#include "norma/network/task_kernels.hpp"

namespace norma::inline NORMA_TARGET {

template <class T>
struct BatchStatistics;
template <class T>
struct PlanView;

namespace detail {
template <class Value>
struct RunningPlan;
template <class Value>
class NormsOverBatch;

/// Writes (`=`) the statistics and the folded parameters of a plan with norms by running statistics; defined in
/// fold_norms.hpp.
template <class Value>
void take_norms(const PlanView<Value>& plan, const ScalarOf<Value>* learned, const ScalarOf<Value>* running_mean,
                const ScalarOf<Value>* running_var, BatchStatistics<ScalarOf<Value>>& statistics,
                ScalarOf<Value>* folded);
/// What a plan does for norms by statistics of the batch; defined in norms_over_batch.hpp.
template <class Value>
Owned<NormsOverBatch<Value>> make_norms(const RunningPlan<Value>& plan, Reducer& reducer, int most_chunks);
}  // namespace detail

/// A plan and its kernels, without the network's type: what runs a plan is compiled once and not for every network.
/// Activations are numbers of type `T`.
template <class T>
struct PlanView {
    Mode mode;                                   ///< that the plan was made for
    std::span<const Node> graph;                 ///< the network's nodes, not fused
    ArrayView<FusedNode> nodes;                  ///< see `BasicPlan`
    ArrayView<Step> steps;                       ///< see `BasicPlan`
    ArrayView<Pass> passes;                      ///< see `BasicPlan`
    std::span<const kernels::ArrayRange> reads;  ///< see `BasicPlan`
    ArrayView<NormOverBatch> norms;              ///< see `BasicPlan`
    ArrayView<detail::TaskKernels<T>> kernels;   ///< of each task
    Extent input;                                ///< of a sample
    int output = 0;                              ///< the value that is the network's output
    std::span<const PlannedTap> taps;            ///< see `BasicPlan`
    int segments = 1;                            ///< see `BasicPlan`
    int block = 1;                               ///< see `BasicPlan`
    long long reused_size = 0;                   ///< bytes per thread
    long long arena_size = 0;                    ///< bytes per thread and sample of a block
    long long scratch_size = 0;                  ///< bytes per thread
    long long store_size = 0;                    ///< bytes per sample
    long long part_size = 0;                     ///< numbers per chunk
    long long folded_size = 0;                   ///< numbers
    long long prepared_size = 0;                 ///< numbers
    long long parameters_size = 0;               ///< numbers
    long long statistics_size = 0;               ///< numbers

    // What only networks with norms over the batch do. Null for others, whose programs then do not compile it.
    decltype(&detail::take_norms<T>) take_norms = nullptr;  ///< if norms use running statistics
    decltype(&detail::make_norms<T>) make_norms = nullptr;  ///< if norms use statistics of the batch
};

/// The view of `Net`'s plan for mode `M`.
template <class Net, Mode M>
PlanView<typename Net::Value> plan_view() {
    static_assert(Net::outputs > 0,
                  "norma: a network cannot run without a layer that computes something; add one, such as Linear<10>.");
    using Value = typename Net::Value;
    static constexpr const auto& plan = Net::template plan<M>;
    PlanView<Value> view{M,
                         Net::graph.nodes,
                         plan.nodes,
                         plan.steps,
                         plan.passes,
                         plan.reads,
                         plan.norms,
                         detail::task_kernels<Value, plan>,
                         Net::input_extent,
                         plan.output,
                         plan.taps,
                         plan.segments,
                         plan.block,
                         plan.reused_size,
                         plan.arena_size,
                         plan.scratch_size,
                         plan.store_size,
                         plan.part_size,
                         plan.folded_size,
                         plan.prepared_size,
                         Net::graph.parameters_size,
                         Net::graph.statistics_size};
    if constexpr (Net::over_batch) {
        if constexpr (M.batch_statistics) {
            view.make_norms = &detail::make_norms<Value>;
        } else {
            view.take_norms = &detail::take_norms<Value>;
        }
    }
    return view;
}

}  // namespace norma::inline NORMA_TARGET
