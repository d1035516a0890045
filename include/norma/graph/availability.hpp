#pragma once

#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/schedule.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which values are stored for a later pass, and which are recomputed there. The output of a convolution is expensive,
/// so it is stored; what is cheap to compute is recomputed by the backward pass of its own segment. The output of a
/// norm over the batch without skip and dropout is recomputed in every pass that reads it: its input is stored already.
class Availability {
public:
    /// Keeps a reference to `schedule`.
    constexpr Availability(GraphView graph, const Schedule& schedule) : graph_(graph), schedule_(schedule) {
        const std::size_t values = std::size_t(graph.count) + 1;
        stored_.assign(values, false);
        made_.assign(values, -1);
        array_.assign(values, 0);
        for (int i = 0; i < graph.count; ++i) {
            const FusedNode& node = graph.nodes[i];
            array_.begin()[i + 1] = node.slice.whole != 0   ? node.slice.whole
                                    : node.overwrites_input ? array_.begin()[node.inputs[0]]
                                                            : i + 1;
        }
    }

    /// The value whose array `value` is in: another one if its node writes over its input, or if it is a slice.
    constexpr int array(int value) const { return array_.begin()[value]; }
    /// Is the value stored?
    constexpr bool is_stored(int value) const { return stored_.begin()[array_.begin()[value]]; }

    /// Stores what a pass reads and neither makes nor can recompute, also what it reads to recompute something else.
    constexpr void decide_what_is_stored() {
        List<List<int>> wanted;
        for (int pass = 0; pass < schedule_.passes(); ++pass) {
            wanted.push_back({});
            const auto need = [&](int v) {
                if (is_made_in(v, pass)) return;
                if (can_recompute(v, pass)) {
                    wanted.back().push_back(v);
                } else {
                    store(v);
                }
            };
            schedule_.for_each_forward_read(pass, need);
            schedule_.for_each_backward_read(pass, need);
        }
        for (int pass = 0; pass < schedule_.passes(); ++pass) {
            begin(pass);
            for (const int v : wanted[std::size_t(pass)]) store_sources(v);
        }
    }

    /// Can the pass read the value already?
    constexpr bool has(int value) const {
        return made_.begin()[value] == turn_ || (stored_.begin()[array_.begin()[value]] && (value > 0 || pass_ > 0));
    }
    /// Begins the steps of a pass.
    constexpr void begin(int pass) {
        pass_ = pass;
        ++turn_;
    }
    /// Notes that this pass computed the value.
    constexpr void made(int value) { made_.begin()[value] = turn_; }
    /// Calls `f(v)` for each value that has to be computed to read `value` in this pass, in order; for value 0 that
    /// means to load it. Notes them as made.
    template <class F>
    constexpr void for_each_recomputed(int value, const F& f) {
        if (has(value)) return;
        if (value > 0) {
            const FusedNode& node = maker(value);
            for (int k = 0; k < node.facts.inputs; ++k) for_each_recomputed(node.inputs[k], f);
        }
        made(value);
        f(value);
    }

private:
    constexpr const FusedNode& maker(int value) const { return graph_.nodes[value - 1]; }
    constexpr void store(int value) { stored_.begin()[array_.begin()[value]] = true; }
    /// Does the pass compute the value the first time?
    constexpr bool is_made_in(int value, int pass) const {
        return pass < schedule_.segments() && schedule_.segment_of_value(value) == pass;
    }
    /// Is it the output of a norm over the batch whose input alone gives it again?
    constexpr bool follows_from_stored(int value) const {
        if (value == 0) return false;
        const OpFacts& facts = maker(value).facts;
        return facts.over_batch && facts.inputs == 1 && facts.mask_count == 0;
    }
    constexpr bool can_recompute(int value, int pass) const {
        if (value == 0) return pass == schedule_.backward_pass(0);
        const FusedNode& node = maker(value);
        if (node.overwrites_input) return false;
        if (follows_from_stored(value)) return true;
        return node.facts.is_cheap && pass == schedule_.backward_pass(schedule_.segment(value - 1));
    }
    constexpr void store_sources(int value) {
        if (value == 0 || is_stored(value) || made_.begin()[value] == turn_) return;
        made(value);
        for (const int v : maker(value).reads()) {
            if (is_made_in(v, pass_)) continue;
            if (can_recompute(v, pass_)) {
                store_sources(v);
            } else {
                store(v);
            }
        }
    }

    GraphView graph_;
    const Schedule& schedule_;
    List<bool> stored_;
    List<int> made_;  ///< in which turn
    List<int> array_;
    int pass_ = 0;
    int turn_ = 0;
};

}  // namespace norma::inline NORMA_TARGET::detail
