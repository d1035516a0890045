#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/arena.hpp"
#include "norma/graph/availability.hpp"
#include "norma/graph/gradients.hpp"
#include "norma/graph/plan.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Gives every array a place. An array that outlives a pass is in the sample's store, at one offset for all passes. Any
/// other array is in the arena, and each pass places its own.
class Placement {
public:
    /// Keeps references to all.
    constexpr Placement(const FusedGraph& graph, const Availability& available, const Gradients& gradients)
        : graph_(graph),
          available_(available),
          gradients_(gradients),
          first_gradient_(static_cast<int>(graph.nodes.size()) + 1),
          first_mask_(first_gradient_ + gradients.arrays()),
          first_moments_(first_mask_ + static_cast<int>(graph.nodes.size())) {
        const std::size_t arrays = std::size_t(first_moments_) + graph.nodes.size();
        arrays_.assign(arrays, {});
    }

    /// Writes the places of all steps of `plan`, and the sizes of arena and store.
    constexpr void run(GrowingPlan& plan) {
        note_uses(plan);
        place_stored(plan);
        for (const Pass& pass : plan.passes) place_pass(plan, pass);
    }

private:
    /// What is known of an array.
    struct Array {
        int first_pass = -1;     ///< that uses it
        int last_pass = -1;      ///< that uses it
        int last_step = -1;      ///< that uses it: of all, then of the pass at hand
        int placed_in = -1;      ///< pass
        bool stored = false;     ///< in the sample's store
        long long offset = 0;    ///< in the store, or in the arena of the pass
    };

    constexpr int gradient_of(int value) const { return first_gradient_ + gradients_.array(value); }
    constexpr int mask_of(int node) const { return first_mask_ + node; }
    constexpr int moments_of(int node) const { return first_moments_ + node; }

    constexpr long long size_of(int array) const {
        if (array < first_gradient_) return padded(graph_.extent(array).size());
        if (array < first_mask_) return padded(graph_.extent(gradients_.value_in(array - first_gradient_)).size());
        if (array < first_moments_) {
            const int units = graph_.nodes[std::size_t(array - first_mask_)].facts.mask_count;
            return (units + kernels::dropout_block - 1) / kernels::dropout_block * kernels::dropout_block / 4;
        }
        return 2 * padded(graph_.nodes[std::size_t(array - first_moments_)].facts.moment_count);
    }

    /// Calls `f(place, array)` for every array that a step uses, where `place` is what its kernels read.
    template <class F>
    constexpr void for_each_array(Step& step, std::size_t s, const F& f) const {
        StepPlaces& places = step.places;
        if (step.action == Action::load) return f(places.output, 0);
        if (step.action == Action::loss) {
            f(places.output, available_.array(graph_.output));
            if (gradients_.arrays() > 0) f(places.output_gradient, gradient_of(graph_.output));
            return;
        }
        if (step.action == Action::prepare) return;
        const int i = step.node;
        const FusedNode& node = graph_.nodes[std::size_t(i)];
        const auto input = [&](std::size_t k) { f(places.inputs[k], available_.array(node.inputs[k])); };
        const Contributions& to = gradients_.contributions(s);
        const auto input_gradients = [&] {
            for (std::size_t k = 0; k < to.size(); ++k) {
                if (to[k].wanted) f(places.input_gradients[k], gradient_of(node.inputs[k]));
            }
        };
        switch (step.action) {
            case Action::forward:
            case Action::recompute:
                for (std::size_t k = 0; k < node.reads().size(); ++k) input(k);
                f(places.output, available_.array(i + 1));
                if (node.facts.mask_count > 0) f(places.mask, mask_of(i));
                if (node.facts.moment_count > 0) f(places.moments, moments_of(i));
                break;
            case Action::backward:
                if (node.facts.backward_reads_input) {
                    for (std::size_t k = 0; k < node.reads().size(); ++k) {
                        if (!node.facts.passes_gradient[k]) input(k);
                    }
                }
                if (node.facts.backward_reads_output) f(places.output, available_.array(i + 1));
                if (node.facts.mask_count > 0) f(places.mask, mask_of(i));
                if (node.facts.moment_count > 0) f(places.moments, moments_of(i));
                f(places.output_gradient, gradient_of(i + 1));
                input_gradients();
                break;
            case Action::finish:
                input(0);
                f(places.output_gradient, gradient_of(i + 1));
                input_gradients();
                break;
            default: input(0);  // statistics
        }
    }

    constexpr void note_uses(GrowingPlan& plan) {
        for (std::size_t p = 0; p < plan.passes.size(); ++p) {
            for (int s = plan.passes[p].first; s < plan.passes[p].last; ++s) {
                for_each_array(plan.steps[std::size_t(s)], std::size_t(s), [&](Place&, int a) {
                    Array& array = arrays_[std::size_t(a)];
                    if (array.first_pass < 0) array.first_pass = static_cast<int>(p);
                    array.last_pass = static_cast<int>(p);
                    array.last_step = s;
                    array.stored = a < first_gradient_ ? available_.is_stored(a) : array.first_pass != array.last_pass;
                });
            }
        }
    }

    constexpr void place_stored(GrowingPlan& plan) {
        List<Buffer> buffers;
        List<int> stored;
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            for_each_array(plan.steps[s], s, [&](Place&, int a) {
                Array& array = arrays_[std::size_t(a)];
                if (!array.stored || array.placed_in >= 0) return;
                array.placed_in = 0;
                buffers.push_back({size_of(a), static_cast<int>(s), array.last_step, 0});
                stored.push_back(a);
            });
        }
        plan.store_size = place_in_arena(buffers);
        for (std::size_t b = 0; b < buffers.size(); ++b) arrays_[std::size_t(stored[b])].offset = buffers[b].offset;
    }

    constexpr void place_pass(GrowingPlan& plan, const Pass& pass) {
        ++turn_;
        List<Buffer> buffers;
        List<int> placed;
        const auto for_each = [&](const auto& f) {
            for (int s = pass.first; s < pass.last; ++s) {
                for_each_array(plan.steps[std::size_t(s)], std::size_t(s), [&](Place& place, int a) { f(place, a, s); });
            }
        };
        for_each([&](Place&, int a, int s) { arrays_[std::size_t(a)].last_step = s; });
        for_each([&](Place&, int a, int s) {
            Array& array = arrays_[std::size_t(a)];
            if (array.stored || array.placed_in == turn_) return;
            array.placed_in = turn_;
            buffers.push_back({size_of(a), s, array.last_step, 0});
            placed.push_back(a);
        });
        plan.arena_size = std::max(plan.arena_size, place_in_arena(buffers));
        for (std::size_t b = 0; b < buffers.size(); ++b) arrays_[std::size_t(placed[b])].offset = buffers[b].offset;
        for_each([&](Place& place, int a, int) {
            place = {arrays_[std::size_t(a)].stored, arrays_[std::size_t(a)].offset};
        });
    }

    const FusedGraph& graph_;
    const Availability& available_;
    const Gradients& gradients_;
    int first_gradient_;
    int first_mask_;
    int first_moments_;
    int turn_ = 0;
    List<Array> arrays_;
};

}  // namespace norma::inline NORMA_TARGET::detail
