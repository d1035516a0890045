#pragma once

#include <algorithm>
#include <cstddef>
#include <variant>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/arena.hpp"
#include "norma/graph/availability.hpp"
#include "norma/graph/fuse.hpp"
#include "norma/graph/gradients.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/placement.hpp"
#include "norma/graph/plan.hpp"
#include "norma/graph/schedule.hpp"
#include "norma/ops/chunk_part.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Computes a plan: `run` lists its decisions in order.
class Planner {
public:
    constexpr Planner(FusedGraph graph, Mode mode, long long folded_size)
        : graph_(static_cast<FusedGraph&&>(graph)), schedule_(graph_, mode), mode_(mode) {
        plan_.folded_size = folded_size;
    }

    constexpr GrowingPlan run() {
        plan_.output = graph_.output;
        plan_.segments = schedule_.segments();
        if (!graph_.nodes.empty()) {
            list_norms();
            Availability available(graph_, schedule_);
            available.decide_what_is_stored();
            for (int pass = 0; pass < schedule_.passes(); ++pass) list_steps(pass, available);
            list_preparations();
            const Gradients gradients(graph_, plan_.steps);
            Placement(graph_, available, gradients).run(plan_);
            set_offsets();
            list_reads(available);
            make_tasks(gradients);
        }
        plan_.nodes = static_cast<List<FusedNode>&&>(graph_.nodes);
        return static_cast<GrowingPlan&&>(plan_);
    }

private:
    constexpr const FusedNode& node(int i) const { return graph_.nodes[std::size_t(i)]; }
    constexpr int count() const { return static_cast<int>(graph_.nodes.size()); }
    static constexpr int output_of(int node) { return node + 1; }

    /// Gives the sums of each norm over the batch a place in a chunk's part: norms of one segment side by side.
    constexpr void list_norms() {
        for (int i = 0; i < count(); ++i) {
            if (!node(i).facts.over_batch) continue;
            NormOverBatch norm{i, schedule_.segment(i), 0};
            for (const NormOverBatch& other : plan_.norms) {
                if (other.segment != norm.segment) continue;
                norm.part_offset =
                    other.part_offset + ops::ChunkPart<float>::size(node(other.node).facts.statistics_count);
            }
            plan_.part_size =
                std::max(plan_.part_size,
                         norm.part_offset + ops::ChunkPart<float>::size(node(i).facts.statistics_count));
            plan_.norms.push_back(norm);
        }
    }

    constexpr void push(Action action, int node = -1) {
        Step step;
        step.action = action;
        step.node = node;
        plan_.steps.push_back(step);
    }
    /// The steps of one pass, in order, without their places.
    constexpr void list_steps(int pass, Availability& available) {
        const int last = schedule_.segments() - 1;
        const int segment = schedule_.segment_of_pass(pass);
        Pass steps;
        steps.first = static_cast<int>(plan_.steps.size());
        steps.segment = segment;
        available.begin(pass);
        const auto make_available = [&](int value) {
            available.for_each_recomputed(value, [&](int v) {
                if (v == 0) return push(Action::load);
                push(Action::recompute, v - 1);
            });
        };
        if (pass <= last) {
            if (segment == 0) make_available(0);
            for (const int i : schedule_.nodes(segment)) {
                for (const int v : node(i).reads()) make_available(v);
                push(Action::forward, i);
                available.made(output_of(i));
            }
            if (pass < last) {
                schedule_.for_each_norm(segment + 1, [&](int i) {
                    make_available(node(i).inputs[0]);
                    push(Action::statistics, i);
                });
            }
        }
        if (pass == last) push(Action::loss);
        if (mode_.gradients && pass >= last) {
            schedule_.for_each_backward_read(pass, make_available);
            if (pass > last) {
                schedule_.for_each_norm(segment + 1, [&](int i) {
                    if (node(i).inputs[0] > 0) push(Action::finish, i);
                });
            }
            const auto nodes = schedule_.nodes(segment);
            for (std::size_t k = nodes.size(); k-- > 0;) push(Action::backward, nodes[k]);
        }
        steps.last = static_cast<int>(plan_.steps.size());
        plan_.passes.push_back(steps);
    }

    /// Weights are transposed for the gradient of a convolution's input, where it is not the network's.
    constexpr void list_preparations() {
        if (!mode_.gradients) return;
        for (int i = 0; i < count(); ++i) {
            if (std::holds_alternative<ops::Convolution>(node(i).op) && node(i).inputs[0] > 0) push(Action::prepare, i);
        }
    }

    /// What each step needs of its node.
    constexpr void set_offsets() {
        for (Step& step : plan_.steps) {
            if (step.node < 0) continue;
            const FusedNode& n = node(step.node);
            step.places.weight_offset = n.weight_offset;
            step.places.bias_offset = n.bias_offset;
            step.places.statistics_offset = n.statistics_offset;
            step.places.random = n.random;
        }
        for (const NormOverBatch& norm : plan_.norms) {
            for (Step& step : plan_.steps) {
                if (step.node == norm.node) step.places.part_offset = norm.part_offset;
            }
        }
    }

    /// The convolution with the most multiply-adds in a segment; −1 if there is none.
    constexpr int busiest_convolution(int segment) const {
        int busiest = -1;
        long long most = 0;
        for (const int i : schedule_.nodes(segment)) {
            if (node(i).facts.multiply_adds <= most) continue;
            most = node(i).facts.multiply_adds;
            busiest = i;
        }
        return busiest;
    }

    /// The parts of a sample's store that each pass reads and does not make. The pass prefetches them for the sample
    /// that comes next, while its busiest convolution runs.
    constexpr void list_reads(const Availability& available) {
        for (Pass& pass : plan_.passes) {
            pass.reads_first = static_cast<int>(plan_.reads.size());
            const int busiest = busiest_convolution(pass.segment);
            const bool forward = pass.segment == static_cast<int>(&pass - plan_.passes.begin());
            const auto add = [&](const Place& place, int value) {
                const kernels::Stretch stretch{place.offset, graph_.extent(value).size()};
                const auto first = plan_.reads.begin() + pass.reads_first;
                if (!place.stored || std::find(first, plan_.reads.end(), stretch) != plan_.reads.end()) return;
                plan_.reads.push_back(stretch);
            };
            for (int s = pass.first; s < pass.last; ++s) {
                Step& step = plan_.steps[std::size_t(s)];
                if (step.node < 0) continue;
                const FusedNode& n = node(step.node);
                step.prefetches =
                    step.node == busiest && (step.action == Action::forward || step.action == Action::backward);
                for (std::size_t k = 0; k < n.reads().size(); ++k) {
                    const int v = available.array(n.inputs[k]);
                    const bool made_here = forward && schedule_.segment_of_value(n.inputs[k]) == pass.segment;
                    if (!made_here && step.places.inputs[k].exists()) add(step.places.inputs[k], v);
                }
                if (step.action == Action::finish) add(step.places.output_gradient, step.node + 1);
            }
            pass.reads_last = static_cast<int>(plan_.reads.size());
        }
    }

    /// Finds the kernels of each step, so that steps of equal ops share them.
    constexpr void make_tasks(const Gradients& gradients) {
        List<int> alike;  // the first node with the same op
        List<int> different;
        for (int i = 0; i < count(); ++i) {
            alike.push_back(i);
            for (const int other : different) {
                if (node(other).op == node(i).op) alike.back() = other;
            }
            if (alike.back() == i) different.push_back(i);
        }
        for (std::size_t s = 0; s < plan_.steps.size(); ++s) {
            Step& step = plan_.steps[s];
            if (step.node < 0) continue;
            Task task{alike[std::size_t(step.node)], step.action, {}};
            const OpFacts& facts = node(step.node).facts;
            const bool keeps_nothing = facts.moment_count == 0 && facts.mask_count == 0;
            if (task.action == Action::recompute && keeps_nothing) task.action = Action::forward;
            task.to = gradients.contributions(s);
            const auto found = std::find(plan_.tasks.begin(), plan_.tasks.end(), task);
            step.task = static_cast<int>(found - plan_.tasks.begin());
            if (found == plan_.tasks.end()) plan_.tasks.push_back(task);
        }
    }

    FusedGraph graph_;
    Schedule schedule_;
    Mode mode_;
    GrowingPlan plan_;
};

/// The plan of `graph` for one mode.
template <class Nodes>
constexpr GrowingPlan make_plan(const BasicGraph<Nodes>& graph, Mode mode) {
    long long folded_size = 0;
    FusedGraph fused = fuse(graph, mode, folded_size);
    return Planner(static_cast<FusedGraph&&>(fused), mode, folded_size).run();
}

}  // namespace norma::inline NORMA_TARGET::detail
