#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/blocks.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/graph/gradients.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/order.hpp"
#include "norma/graph/placement.hpp"
#include "norma/graph/plan.hpp"
#include "norma/graph/slices.hpp"
#include "norma/graph/stored_reads.hpp"
#include "norma/graph/tasks.hpp"

/// Makes plans. The compiler does so in parts, each a constant of its own: a compiler stops a constant expression after
/// about a million steps (Clang) or 33 million operations (GCC), and so a network may be several times as deep. At run
/// time `make_plan` does the same at once.
namespace norma::inline NORMA_TARGET::detail {

/// Numbers of scratch memory that the kernels of a step need.
constexpr long long scratch_of_kernels(GraphView graph, const OrderedStep& step) {
    if (step.node < 0) return 0;
    const OpFacts& facts = graph.nodes[step.node].facts;
    const bool forward = step.action == Action::forward || step.action == Action::recompute;
    const bool backward = step.action == Action::backward;
    return padded(forward ? facts.scratch_forward : backward ? facts.scratch_backward : 0);
}

/// Numbers of scratch memory for values as scalars, where they are no scalars and the step cannot take them: load,
/// loss, and ops without kernels for them. See `StagedArrays`.
constexpr long long scratch_of_staged(GraphView graph, const OrderedStep& step) {
    if (graph.numbers.value == graph.numbers.scalar) return 0;
    const auto size = [&](int value) {  // of a slice, the whole array
        const int whole = value == 0 ? 0 : graph.maker(value).slice.whole;
        return graph.bytes(whole != 0 ? whole : value) / graph.numbers.value;
    };
    if (step.action == Action::load) return size(0);
    if (step.action == Action::loss) {
        long long sum = size(graph.output);
        for (int k = 0; k < graph.tap_count; ++k) sum += size(graph.taps[k].value);
        return 2 * sum;
    }
    const FusedNode& node = graph.nodes[step.node];
    if (node.facts.takes_bf16) return 0;
    long long sum = size(step.node + 1);
    for (int k = 0; k < node.facts.inputs; ++k) sum += size(node.inputs[k]);
    const bool forward = step.action == Action::forward || step.action == Action::recompute;
    return (forward ? sum : 2 * sum) * (node.facts.block > 1 ? block_of(graph) : 1);
}

/// Scratch memory of the step that needs most, in bytes.
template <class Steps>
constexpr long long most_scratch(GraphView graph, const Steps& steps) {
    long long most = 0;
    for (const OrderedStep& step : steps) {
        most = std::max(most, scratch_of_kernels(graph, step) + scratch_of_staged(graph, step));
    }
    return most * graph.numbers.scalar;
}

/// Joins the parts of a plan: fused graph, order, gradients, places, tasks of the steps and the list of tasks.
template <class Plan, class Fused, class Order, class Places, class TaskOf, class Tasks>
constexpr void join(Plan& plan, const Fused& fused, const Order& order, const Places& places, const TaskOf& task,
                    const Tasks& tasks) {
    const GraphView graph(fused);
    plan.output = fused.output;
    plan.folded_size = fused.folded_size;
    plan.segments = order.segments;
    plan.part_size = order.part_size;
    plan.block = block_of(graph);
    plan.reused_size = places.reused_size;
    plan.arena_size = places.arena_size;
    plan.store_size = places.store_size;
    plan.taps = places.taps;
    plan.scratch_size = most_scratch(graph, order.steps);
    // Where the prepared weights of each node are: for the output, then for the gradient.
    List<long long> prepared;
    prepared.assign(2 * fused.nodes.size(), 0);
    for (const auto& step : order.steps) {
        const bool forward = step.action == Action::prepare_forward;
        if (!forward && step.action != Action::prepare_backward) continue;
        const OpFacts& facts = graph.nodes[step.node].facts;
        prepared.begin()[2 * step.node + (forward ? 0 : 1)] = plan.prepared_size;
        plan.prepared_size += padded(forward ? facts.prepared_forward : facts.prepared_backward);
    }
    for (std::size_t i = 0; i < fused.nodes.size(); ++i) plan.nodes[i] = fused.nodes[i];
    for (std::size_t i = 0; i < order.norms.size(); ++i) plan.norms[i] = order.norms[i];
    for (std::size_t i = 0; i < tasks.size(); ++i) plan.tasks[i] = tasks[i];
    for (std::size_t i = 0; i < order.passes.size(); ++i) plan.passes[i] = order.passes[i];
    for (std::size_t s = 0; s < order.steps.size(); ++s) {
        Step& step = plan.steps[s];
        step.action = order.steps[s].action;
        step.node = order.steps[s].node;
        step.by_block = order.steps[s].by_block;
        step.run = order.steps[s].run;
        step.task = task[s];
        step.places = places.steps[s];
        if (step.node < 0) continue;
        const FusedNode& node = graph.nodes[step.node];
        step.places.weight_offset = node.weight_offset;
        step.places.bias_offset = node.bias_offset;
        step.places.statistics_offset = node.statistics_offset;
        step.places.random = node.random;
        const bool backward = step.action == Action::backward || step.action == Action::prepare_backward;
        step.places.prepared_offset = prepared.begin()[2 * step.node + (backward ? 1 : 0)];
    }
    List<long long> part;
    part.assign(fused.nodes.size(), 0);
    for (const NormOverBatch& norm : order.norms) part.begin()[norm.node] = norm.part_offset;
    for (Step& step : plan.steps) {
        if (step.node >= 0) step.places.part_offset = part.begin()[step.node];
    }
}

/// The plan of a fused graph for one mode.
constexpr GrowingPlan make_plan(const FusedGraph& without_slices, Mode mode) {
    const FusedGraph fused = sliced(without_slices, mode);
    const GraphView graph(fused);
    const Order order = Orderer(graph, mode).run();
    const Gradients gradients(graph, order.steps.begin(), static_cast<int>(order.steps.size()), mode);
    GrowingPlaces places;
    places.steps.assign(order.steps.size(), StepPlaces{});
    Placement(graph, order, GradientView(gradients)).run(places);
    List<int> task;
    task.assign(order.steps.size(), -1);
    const List<Task> tasks = list_tasks(graph, order.steps, gradients.contributions().begin(), task.begin());
    GrowingPlan plan;
    plan.nodes.assign(fused.nodes.size(), FusedNode{});
    plan.steps.assign(order.steps.size(), Step{});
    plan.tasks.assign(tasks.size(), Task{});
    plan.passes.assign(order.passes.size(), {});
    plan.norms.assign(order.norms.size(), {});
    join(plan, fused, order, places, task, tasks);
    plan.reads = list_stored_reads(graph, order.array.begin(), plan.steps.begin(), plan.passes);
    return plan;
}

/// The plan of a graph for one mode.
template <class Nodes>
constexpr GrowingPlan make_plan(const BasicGraph<Nodes>& graph, Mode mode) {
    return make_plan(fuse(graph, mode), mode);
}

/// The parts of the plan of a graph, a constant, for mode `M`.
template <const auto& GraphOfNetwork, Mode M>
struct PlanParts {
    /// The fused graph, with room for as many nodes as the graph has. So the compiler fuses once, not a second time to
    /// count the nodes.
    static constexpr auto in_room_of_graph =
        in_room<std::max<std::size_t>(GraphOfNetwork.nodes.size(), 1)>(fuse(GraphOfNetwork, M));
    static constexpr auto without_slices = fixed<in_room_of_graph.nodes.size()>(in_room_of_graph);
    static constexpr auto fused = sliced(without_slices, M);
    static constexpr auto order = [] {
        constexpr OrderSizes sizes = sizes_of(Orderer(GraphView(fused), M).run());
        return fixed<sizes>(Orderer(GraphView(fused), M).run());
    }();
    static constexpr std::size_t steps = order.steps.size();
    static constexpr auto gradients = [] {
        const auto make = [] { return Gradients(GraphView(fused), order.steps.begin(), int(steps), M); };
        constexpr std::size_t arrays = make().values().size();
        return FixedGradients<fused.nodes.size() + 1, arrays, steps>(make());
    }();
    static constexpr auto places = [] {
        BasicPlaces<std::array<StepPlaces, steps>> result;
        Placement(GraphView(fused), order, GradientView(gradients)).run(result);
        return result;
    }();
    /// The task of each step, and room for as many tasks.
    struct Tasks {
        std::array<int, steps> of_step{};
        std::array<Task, steps> list{};
        std::size_t count = 0;
    };
    static constexpr Tasks tasks = [] {
        Tasks result;
        const List<Task> list =
            list_tasks(GraphView(fused), order.steps, gradients.contributions().begin(), result.of_step.begin());
        result.count = list.size();
        std::copy_n(list.begin(), list.size(), result.list.begin());
        return result;
    }();
    static constexpr auto joined = [] {
        Plan<PlanSizes{fused.nodes.size(), steps, tasks.count, order.passes.size(), 0, order.norms.size()}> result;
        std::array<Task, tasks.count> list;
        std::copy_n(tasks.list.begin(), tasks.count, list.begin());
        join(result, fused, order, places, tasks.of_step, list);
        return result;
    }();
    /// The plan.
    static constexpr auto make() {
        const auto list = [](auto& plan) {
            return list_stored_reads(GraphView(fused), order.array.begin(), plan.steps.begin(), plan.passes);
        };
        constexpr std::size_t reads = [list] {
            auto copy = joined;
            return list(copy).size();
        }();
        auto copy = joined;
        const List<kernels::ArrayRange> made = list(copy);
        Plan<PlanSizes{fused.nodes.size(), steps, tasks.count, order.passes.size(), reads, order.norms.size()}> result{
            copy.nodes,         copy.steps,        copy.tasks,      copy.passes,    {},
            copy.norms,         copy.output,       copy.block,      copy.segments,  copy.reused_size,
            copy.arena_size,    copy.scratch_size, copy.store_size, copy.part_size, copy.folded_size,
            copy.prepared_size, copy.taps};
        std::copy_n(made.begin(), reads, result.reads.begin());
        return result;
    }
};

}  // namespace norma::inline NORMA_TARGET::detail
