#pragma once

#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/plan.hpp"
#include "norma/ops/arguments.hpp"

/// The last part of a plan: which kernels the steps call.
namespace norma::inline NORMA_TARGET::detail {

/// For each node the first one with the same op.
constexpr List<int> first_alike(GraphView graph) {
    List<int> alike;
    List<int> different;
    for (int i = 0; i < graph.count; ++i) {
        const OpFacts& facts = graph.nodes[i].facts;
        int same = i;
        for (const int other : different) {
            const OpFacts& others = graph.nodes[other].facts;
            // To compare ops takes many more steps of the compiler than to compare these.
            if (others.weight_count != facts.weight_count || others.multiply_adds != facts.multiply_adds ||
                others.output.channels != facts.output.channels || others.output.height != facts.output.height) {
                continue;
            }
            if (same_op(graph.nodes[other].op, graph.nodes[i].op)) {
                same = other;
                break;
            }
        }
        alike.push_back(same);
        if (same == i) different.push_back(i);
    }
    return alike;
}

/// Finds the task of each step, `task` of them, so that steps of equal ops share one. Returns the tasks.
/// `contributions` and `steps` have `count` elements.
template <class OrderedSteps>
constexpr List<Task> list_tasks(GraphView graph, const OrderedSteps& steps, const Contributions* contributions,
                                int* task) {
    const List<int> alike = first_alike(graph);
    List<Task> tasks;
    List<int> next;   // a task of the same op, or −1
    List<int> first;  // of each node: a task of its op, or −1
    first.assign(std::size_t(graph.count), -1);
    int s = 0;
    for (const auto& step : steps) {
        task[s] = -1;
        if (step.node >= 0) {
            const OpFacts& facts = graph.nodes[step.node].facts;
            const bool keeps_nothing = facts.moment_count == 0 && facts.mask_count == 0;
            const Action action = step.action == Action::recompute && keeps_nothing ? Action::forward : step.action;
            const int op = alike.begin()[step.node];
            int t = first.begin()[op];
            for (; t >= 0; t = next.begin()[t]) {
                const Task& known = tasks.begin()[t];
                if (known.action == action && known.to == contributions[s]) break;
            }
            if (t < 0) {
                t = static_cast<int>(tasks.size());
                tasks.push_back({op, action, contributions[s]});
                next.push_back(first.begin()[op]);
                first.begin()[op] = t;
            }
            task[s] = t;
        }
        ++s;
    }
    return tasks;
}

}  // namespace norma::inline NORMA_TARGET::detail
