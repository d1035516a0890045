#pragma once

#include <cstddef>
#include <variant>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/schedule.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Which values are stored for a later pass, and which are recomputed there. The output of a convolution is expensive,
/// so it is stored; what is cheap to compute is recomputed by the backward pass of its own segment. Two kinds of values
/// are recomputed in every pass that reads them:
/// - the output of a norm over the batch without skip and dropout: its input is stored already;
/// - the output of a convolution of at most 16 products per number, if a norm over the batch alone reads it and adds
///   the convolution's own input, which is recomputed too. That takes less time than to write the output to memory and
///   to read it in three passes.
class Availability {
public:
    /// Keeps references to both.
    constexpr Availability(const FusedGraph& graph, const Schedule& schedule) : graph_(graph), schedule_(schedule) {
        const std::size_t values = graph.nodes.size() + 1;
        stored_.assign(values, false);
        made_.assign(values, -1);
        consumers_.assign(values, 0);
        array_.push_back(0);
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            const FusedNode& node = graph.nodes[i];
            array_.push_back(node.overwrites_input ? array_[std::size_t(node.inputs[0])] : static_cast<int>(i) + 1);
            for (const int v : node.reads()) ++consumers_[std::size_t(v)];
        }
        few_products_.assign(values, false);
        for (const FusedNode& node : graph.nodes) {
            if (reads_recomputed_skip(node)) few_products_[std::size_t(node.inputs[0])] = true;
        }
    }

    /// The value whose array `value` is in: another one if its node writes over its input.
    constexpr int array(int value) const { return array_[std::size_t(value)]; }
    /// Is the value stored?
    constexpr bool is_stored(int value) const { return stored_[std::size_t(array(value))]; }

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

    /// Begins the steps of a pass.
    constexpr void begin(int pass) {
        pass_ = pass;
        ++turn_;
    }
    /// Notes that this pass computed the value.
    constexpr void made(int value) { made_[std::size_t(value)] = turn_; }
    /// Calls `f(v)` for each value that has to be computed to read `value` in this pass, in order; for value 0 that
    /// means to load it. Notes them as made.
    template <class F>
    constexpr void for_each_recomputed(int value, const F& f) {
        if (made_[std::size_t(value)] == turn_ || (value > 0 && is_stored(value)) ||
            (value == 0 && is_stored(0) && pass_ > 0)) {
            return;
        }
        if (value > 0) {
            for (const int v : maker(value).reads()) for_each_recomputed(v, f);
        }
        made(value);
        f(value);
    }

private:
    constexpr const FusedNode& maker(int value) const { return graph_.nodes[std::size_t(value - 1)]; }
    constexpr void store(int value) { stored_[std::size_t(array(value))] = true; }
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
    /// Is it a norm over the batch that reads a convolution of few products and adds that convolution's own input?
    constexpr bool reads_recomputed_skip(const FusedNode& node) const {
        constexpr int few = 16;
        if (!node.facts.over_batch || node.facts.inputs != 2) return false;
        const int x = node.inputs[0];
        if (x == 0 || consumers_[std::size_t(x)] != 1 || !std::holds_alternative<ops::Convolution>(maker(x).op)) {
            return false;
        }
        const OpFacts& facts = maker(x).facts;
        return facts.inputs == 1 && facts.multiply_adds <= 1ll * few * facts.output.size() &&
               maker(x).inputs[0] == node.inputs[1] && follows_from_stored(node.inputs[1]);
    }
    constexpr bool can_recompute(int value, int pass) const {
        if (value == 0) return pass == schedule_.backward_pass(0);
        const FusedNode& node = maker(value);
        if (node.overwrites_input) return false;
        if (follows_from_stored(value) || few_products_[std::size_t(value)]) return true;
        return node.facts.is_cheap && pass == schedule_.backward_pass(schedule_.segment(value - 1));
    }
    constexpr void store_sources(int value) {
        if (value == 0 || is_stored(value) || made_[std::size_t(value)] == turn_) return;
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

    const FusedGraph& graph_;
    const Schedule& schedule_;
    List<bool> stored_;
    List<int> made_;  ///< in which turn
    List<int> consumers_;
    List<int> array_;
    List<bool> few_products_;
    int pass_ = 0;
    int turn_ = 0;
};

}  // namespace norma::inline NORMA_TARGET::detail
