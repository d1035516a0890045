#pragma once

#include <span>

#include "norma/core/target.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/plan.hpp"
#include "norma/network/task_kernels.hpp"

namespace norma::inline NORMA_TARGET {

/// A plan and its kernels, without the network's type: what runs a plan is compiled once and not for every network.
/// Activations are numbers of type `T`.
template <class T>
struct PlanView {
    Mode mode;                                        ///< that the plan was made for
    std::span<const Node> graph;                      ///< the network's nodes, not fused
    std::span<const FusedNode> nodes;                 ///< see `BasicPlan`
    std::span<const Step> steps;                      ///< see `BasicPlan`
    std::span<const Pass> passes;                     ///< see `BasicPlan`
    std::span<const kernels::ArrayRange> reads;       ///< see `BasicPlan`
    std::span<const NormOverBatch> norms;             ///< see `BasicPlan`
    std::span<const detail::TaskKernels<T>> kernels;  ///< of each task
    Extent input;                                     ///< of a sample
    int output = 0;                                   ///< the value that is the network's output
    std::span<const PlannedTap> taps;                 ///< see `BasicPlan`
    int segments = 1;                                 ///< see `BasicPlan`
    int block = 1;                                    ///< see `BasicPlan`
    long long reused_size = 0;                        ///< bytes per thread
    long long arena_size = 0;                         ///< bytes per thread and sample of a block
    long long scratch_size = 0;                       ///< bytes per thread
    long long store_size = 0;                         ///< bytes per sample
    long long part_size = 0;                          ///< numbers per chunk
    long long folded_size = 0;                        ///< numbers
    long long prepared_size = 0;                      ///< numbers
    long long parameters_size = 0;                    ///< numbers
    long long statistics_size = 0;                    ///< numbers
};

/// The view of `Net`'s plan for mode `M`.
template <class Net, Mode M>
PlanView<typename Net::Value> plan_view() {
    static_assert(Net::outputs > 0,
                  "norma: a network cannot run without a layer that computes something; add one, such as Linear<10>.");
    static constexpr const auto& plan = Net::template plan<M>;
    return {M,
            Net::graph.nodes,
            plan.nodes,
            plan.steps,
            plan.passes,
            plan.reads,
            plan.norms,
            detail::task_kernels<typename Net::Value, plan>,
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
}

}  // namespace norma::inline NORMA_TARGET
