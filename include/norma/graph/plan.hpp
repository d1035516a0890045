#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "norma/core/fixed_list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/kernels/prefetch.hpp"
#include "norma/ops/arguments.hpp"

/// The plan of a network, computed by the compiler: the list of steps, and where every array is.
///
/// A network whose norms take statistics within one sample runs depth-first. One sample goes forward through all nodes,
/// through the loss, and backward, in the arena of its thread; then the next sample begins. A norm over the batch cuts
/// the graph, because all samples must reach the norm before one can pass it. The parts are *segments*, each run
/// depth-first: one *pass* over the batch forward and one backward. The last segment does both in one pass:
///
///     pass 0      segment 0 forward            for two norms, one after another, so three segments
///     pass 1      segment 1 forward
///     pass 2      segment 2 forward, loss, backward
///     pass 3      segment 1 backward
///     pass 4      segment 0 backward
///
/// A node is in the earliest segment that has all its inputs, so norms at equal depth in parallel branches share a
/// barrier. What one pass leaves for another is *stored* for every sample of the batch, or is recomputed; everything
/// else is in the arena.
///
/// Where a layer has so many weights that one sample does not make up for reading them, or so few pixels that they do
/// not fill the kernels' tiles, a pass handles a *block* of samples. The steps of such layers (`by_block`) run once for
/// all samples of the block. The steps between two of them run for one sample after another, so that what they hand to
/// each other stays in the cache.
namespace norma::inline NORMA_TARGET {

/// What a step does.
enum class Action {
    load,             ///< writes the sample to value 0
    forward,          ///< computes a node's output
    recompute,        ///< the same in a later pass, with moments and dropout mask of the first time
    statistics,       ///< merges the moments of a norm's input, for a norm over the batch that begins the next segment
    loss,             ///< calls the loss: reads the output and the taps, and writes their gradients
    backward,         ///< computes the gradients of a node's parameters and inputs
    finish,           ///< second half of the gradient of a norm over the batch, in the pass after its `backward`
    prepare_forward,  ///< brings a weight into the form that `forward` reads, once a run
    prepare_backward  ///< the same for `backward`
};

/// Steps [first, last) of a pass that run for one sample of a block after another, or one step that runs for all of
/// them at once.
struct Run {
    int first = 0;  ///< of its steps
    int last = 0;   ///< after its steps
};

/// One kernel call for one sample, or for all samples of a block. `load` and `loss` have no task.
struct Step {
    Action action = Action::load;  ///< what it does
    int node = -1;                 ///< of the fused graph
    bool by_block = false;         ///< one call is for all samples of a block
    Run run = {};                  ///< that it belongs to; of a step that prepares, nothing
    int task = -1;                 ///< which kernels, in the list of tasks
    bool prefetches = false;       ///< is the busiest convolution of its segment: fetches what the next sample reads
    StepPlaces places;             ///< the arrays
};

/// A named value that the loss gets in the step `loss`, and where it is then.
struct PlannedTap {
    std::string_view name;  ///< see `NamedValue`
    Extent extent;          ///< its shape
    Place value;            ///< its place
    Place gradient;         ///< of its gradient, in a mode with gradients
};

/// The named values of a plan, in order of execution.
using PlannedTaps = FixedList<PlannedTap, NamedValues::most>;

/// Kernels that steps call: those of the op of `node`. Steps of equal ops share one task.
struct Task {
    int node = 0;                     ///< the first node with this op
    Action action = Action::forward;  ///< of its steps
    Contributions to{};               ///< backward and finish: the gradients of the inputs

    friend constexpr bool operator==(const Task&, const Task&) = default;
};

/// Steps [first, last) of one pass.
struct Pass {
    int first = 0;        ///< of its steps
    int last = 0;         ///< after its steps
    int segment = 0;      ///< whose nodes run
    int reads_first = 0;  ///< parts [reads_first, reads_last) of a sample's store are read, but not made, by this pass
    int reads_last = 0;   ///< see `reads_first`
};

/// A norm over the batch in a mode with statistics of the batch.
struct NormOverBatch {
    int node = 0;               ///< of the fused graph
    int segment = 0;            ///< that it begins
    long long part_offset = 0;  ///< of its sums in a chunk's part
};

/// All decisions. Sizes of what each thread or sample has are in bytes, others in numbers of the network's scalar. The
/// arguments are the types of its lists.
template <class Nodes, class Steps, class Tasks, class Passes, class Reads, class Norms>
struct BasicPlan {
    Nodes nodes{};                ///< of the fused graph
    Steps steps{};                ///< of all passes, then those that prepare
    Tasks tasks{};                ///< kernels that steps call, each once
    Passes passes{};              ///< in order
    Reads reads{};                ///< what passes read of a sample's store
    Norms norms{};                ///< over the batch, those that begin segments
    int output = 0;               ///< the value that is the network's output
    int block = 1;                ///< samples that a pass handles at a time
    int segments = 1;             ///< one more than the largest number of norms over the batch on one path
    long long reused_size = 0;    ///< per thread: arrays for one sample after another
    long long arena_size = 0;     ///< per thread and sample of a block
    long long scratch_size = 0;   ///< per thread, for the kernels of one step
    long long store_size = 0;     ///< per sample of the batch; 0 where there is one segment
    long long part_size = 0;      ///< of a chunk's sums for norms over the batch
    long long folded_size = 0;    ///< of parameters, then biases of folded norms; 0 if no norm is folded
    long long prepared_size = 0;  ///< of prepared weights
    PlannedTaps taps;             ///< further outputs that the loss gets
};

/// Bytes that a thread needs for activations, if it handles at most `samples` samples at a time: what samples reuse,
/// the arena of as many, and scratch memory.
template <class AnyPlan>
constexpr long long thread_size(const AnyPlan& plan, int samples) {
    return plan.reused_size + samples * plan.arena_size + plan.scratch_size;
}
/// The same for a block.
template <class AnyPlan>
constexpr long long thread_size(const AnyPlan& plan) {
    return thread_size(plan, plan.block);
}

/// A plan that grows.
using GrowingPlan =
    BasicPlan<List<FusedNode>, List<Step>, List<Task>, List<Pass>, List<kernels::ArrayRange>, List<NormOverBatch>>;

/// How many of each a plan has.
struct PlanSizes {
    std::size_t nodes = 0;   ///< see `BasicPlan`
    std::size_t steps = 0;   ///< see `BasicPlan`
    std::size_t tasks = 0;   ///< see `BasicPlan`
    std::size_t passes = 0;  ///< see `BasicPlan`
    std::size_t reads = 0;   ///< see `BasicPlan`
    std::size_t norms = 0;   ///< see `BasicPlan`
};

/// A plan as a constant.
template <PlanSizes S>
using Plan =
    BasicPlan<std::array<FusedNode, S.nodes>, std::array<Step, S.steps>, std::array<Task, S.tasks>,
              std::array<Pass, S.passes>, std::array<kernels::ArrayRange, S.reads>, std::array<NormOverBatch, S.norms>>;

}  // namespace norma::inline NORMA_TARGET
