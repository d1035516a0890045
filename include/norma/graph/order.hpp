#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/availability.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/mode.hpp"
#include "norma/graph/plan.hpp"
#include "norma/graph/schedule.hpp"
#include "norma/ops/chunk_part.hpp"

/// The first part of a plan: which steps there are, and their order.
namespace norma::inline NORMA_TARGET::detail {

/// A step without its places.
struct OrderedStep {
    Action action = Action::load;
    int node = -1;          ///< of the fused graph
    bool by_block = false;  ///< see `Step`
    Run run = {};           ///< see `Step`
};

/// The steps of all passes, then those that prepare. The arguments are the types of its lists.
template <class Steps, class Passes, class Norms, class Arrays, class Flags>
struct BasicOrder {
    Steps steps{};            ///< in order
    Passes passes{};          ///< without what they read of the store
    Norms norms{};            ///< over the batch, those that begin segments
    Arrays array{};           ///< of each value: the value whose array it is in, see `Availability`
    Flags stored{};           ///< of each array: is it in the sample's store?
    int segments = 1;         ///< see `BasicPlan`
    long long part_size = 0;  ///< see `BasicPlan`
};

/// An order that grows.
using Order = BasicOrder<List<OrderedStep>, List<Pass>, List<NormOverBatch>, List<int>, List<bool>>;

/// How many of each an order has.
struct OrderSizes {
    std::size_t steps = 0;
    std::size_t passes = 0;
    std::size_t norms = 0;
    std::size_t values = 0;
};

/// An order as a constant.
template <OrderSizes S>
using FixedOrder =
    BasicOrder<std::array<OrderedStep, S.steps>, std::array<Pass, S.passes>, std::array<NormOverBatch, S.norms>,
               std::array<int, S.values>, std::array<bool, S.values>>;

/// How many of each `order` has.
constexpr OrderSizes sizes_of(const Order& order) {
    return {order.steps.size(), order.passes.size(), order.norms.size(), order.array.size()};
}

/// `order` as a constant.
template <OrderSizes S>
constexpr FixedOrder<S> fixed(const Order& order) {
    FixedOrder<S> result;
    std::copy_n(order.steps.begin(), S.steps, result.steps.begin());
    std::copy_n(order.passes.begin(), S.passes, result.passes.begin());
    std::copy_n(order.norms.begin(), S.norms, result.norms.begin());
    std::copy_n(order.array.begin(), S.values, result.array.begin());
    std::copy_n(order.stored.begin(), S.values, result.stored.begin());
    result.segments = order.segments;
    result.part_size = order.part_size;
    return result;
}

/// Finds the order.
class Orderer {
public:
    constexpr Orderer(GraphView graph, Mode mode) : graph_(graph), schedule_(graph, mode), mode_(mode) {}

    constexpr Order run() {
        order_.segments = schedule_.segments();
        list_norms();
        Availability available(graph_, schedule_);
        available.decide_what_is_stored();
        if (graph_.count > 0) {
            for (int pass = 0; pass < schedule_.passes(); ++pass) list_steps(pass, available);
        }
        list_preparations();
        for (int v = 0; v <= graph_.count; ++v) {
            order_.array.push_back(available.array(v));
            order_.stored.push_back(available.is_stored(v));
        }
        return static_cast<Order&&>(order_);
    }

private:
    constexpr const FusedNode& node(int i) const { return graph_.nodes[i]; }
    constexpr void push(Action action, int node = -1) { order_.steps.push_back({action, node}); }

    /// Gives the sums of each norm over the batch a place in a chunk's part: norms of one segment side by side.
    constexpr void list_norms() {
        for (int segment = 1; segment < schedule_.segments(); ++segment) {
            long long offset = 0;
            schedule_.for_each_norm(segment, [&](int i) {
                order_.norms.push_back({i, segment, offset});
                offset += ops::ChunkPart<float>::size(node(i).facts.statistics_count);
            });
            order_.part_size = offset > order_.part_size ? offset : order_.part_size;
        }
    }

    constexpr void list_steps(int pass, Availability& available) {
        const int last = schedule_.segments() - 1;
        const int segment = schedule_.segment_of_pass(pass);
        Pass steps;
        steps.first = static_cast<int>(order_.steps.size());
        steps.segment = segment;
        available.begin(pass);
        const auto make_available = [&](int value) {
            available.for_each_recomputed(value, [&](int v) {
                if (v == 0) {
                    push(Action::load);
                } else {
                    push(Action::recompute, v - 1);
                }
            });
        };
        if (pass <= last) {
            if (segment == 0) make_available(0);
            for (const int i : schedule_.nodes(segment)) {
                for (int k = 0; k < node(i).facts.inputs; ++k) make_available(node(i).inputs[k]);
                push(Action::forward, i);
                available.made(i + 1);
            }
            if (pass < last) {
                schedule_.for_each_norm(segment + 1, [&](int i) {
                    make_available(node(i).inputs[0]);
                    push(Action::statistics, i);
                });
            }
        }
        if (pass == last) {
            schedule_.for_each_output(make_available);
            push(Action::loss);
        }
        if (mode_.gradients && pass >= last) {
            schedule_.for_each_backward_read(pass, make_available);
            if (pass > last) {
                schedule_.for_each_norm(segment + 1, [&](int i) {
                    if (graph_.has_gradient(node(i).inputs[0])) push(Action::finish, i);
                });
            }
            const auto nodes = schedule_.nodes(segment);
            for (std::size_t k = nodes.size(); k-- > 0;) {
                if (node(nodes[k]).has_gradient) push(Action::backward, nodes[k]);
            }
        }
        steps.last = static_cast<int>(order_.steps.size());
        mark_runs(steps.first, steps.last);
        order_.passes.push_back(steps);
    }

    /// Does one call of the step's kernel handle all samples of a block?
    constexpr bool runs_by_block(const OrderedStep& step) const {
        const bool computes =
            step.action == Action::forward || step.action == Action::recompute || step.action == Action::backward;
        return computes && node(step.node).facts.block > 1;
    }
    /// Cuts steps [first, last), those of a pass, into runs.
    constexpr void mark_runs(int first, int last) {
        OrderedStep* const steps = order_.steps.begin();
        for (int s = first; s < last; ++s) steps[s].by_block = runs_by_block(steps[s]);
        for (Run run{first, first}; run.first < last; run.first = run.last) {
            ++run.last;
            while (!steps[run.first].by_block && run.last < last && !steps[run.last].by_block) ++run.last;
            for (int s = run.first; s < run.last; ++s) steps[s].run = run;
        }
    }

    /// Weights are prepared for the output, and for the gradient of an input that has one.
    constexpr void list_preparations() {
        for (int i = 0; i < graph_.count; ++i) {
            const OpFacts& facts = node(i).facts;
            if (facts.prepared_forward > 0) push(Action::prepare_forward, i);
            if (mode_.gradients && facts.prepared_backward > 0 && graph_.has_gradient(node(i).inputs[0])) {
                push(Action::prepare_backward, i);
            }
        }
    }

    GraphView graph_;
    Schedule schedule_;
    Mode mode_;
    Order order_;
};

}  // namespace norma::inline NORMA_TARGET::detail
