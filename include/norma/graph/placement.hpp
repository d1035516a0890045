#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/list.hpp"
#include "norma/core/target.hpp"
#include "norma/graph/arena.hpp"
#include "norma/graph/blocks.hpp"
#include "norma/graph/gradients.hpp"
#include "norma/graph/graph_view.hpp"
#include "norma/graph/order.hpp"
#include "norma/graph/plan.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The places of all steps, and the sizes of arena and store.
template <class Steps>
struct BasicPlaces {
    Steps steps{};              ///< of each step
    PlannedTaps taps;           ///< in the step `loss`
    long long reused_size = 0;  ///< see `BasicPlan`
    long long arena_size = 0;   ///< see `BasicPlan`
    long long store_size = 0;   ///< see `BasicPlan`
};
/// Places that grow.
using GrowingPlaces = BasicPlaces<List<StepPlaces>>;

/// Gives every array a place. An array that outlives a pass is in the sample's store, at one offset for all passes. Any
/// other array is in the arena, and each pass places its own.
///
/// Where samples are handled in blocks, an array that is used in one run of steps alone (see `Run`) is reused by each
/// sample. Any other array has to last until the end of the run that uses it last, since the next samples come after.
class Placement {
public:
    /// Keeps references to the constituents of `order`, and `gradients`.
    template <class Order>
    constexpr Placement(GraphView graph, const Order& order, GradientView gradients)
        : graph_(graph),
          steps_(order.steps.begin()),
          passes_(order.passes.begin()),
          pass_count_(static_cast<int>(order.passes.size())),
          array_(order.array.begin()),
          stored_(order.stored.begin()),
          gradients_(gradients),
          has_blocks_(block_of(graph) > 1),
          first_gradient_(graph.count + 1),
          first_mask_(first_gradient_ + gradients.arrays),
          first_moments_(first_mask_ + graph.count) {
        arrays_.assign(std::size_t(first_moments_ + graph.count), {});
    }

    /// Writes (`=`) `places`, whose list has an element for each step.
    template <class Steps>
    constexpr void run(BasicPlaces<Steps>& places) {
        for (int p = 0; p < pass_count_; ++p) {
            first_use_.push_back(static_cast<int>(uses_.size()));
            for (int s = passes_[p].first; s < passes_[p].last; ++s) list_uses(steps_[s], s);
        }
        first_use_.push_back(static_cast<int>(uses_.size()));
        note_uses();
        places.store_size = padded_bytes(place_stored());
        for (int k = 0; k < graph_.tap_count; ++k) {
            const NamedValue& named = graph_.taps[k];
            places.taps.push_back({named.name, graph_.extent(named.value), {}, {}});
        }
        for (int p = 0; p < pass_count_; ++p) {
            const Sizes sizes = place_pass(p, places.steps.begin(), places.taps);
            places.arena_size = std::max(places.arena_size, padded_bytes(sizes.arena));
            places.reused_size = std::max(places.reused_size, padded_bytes(sizes.reused));
        }
    }

private:
    /// What is known of an array.
    struct Array {
        int first_pass = -1;   ///< that uses it
        int last_pass = -1;    ///< that uses it
        int last_step = -1;    ///< that uses it: of all, then of the pass at hand
        int buffer = -1;       ///< that holds it: of all stored, or of the pass at hand
        int turn = -1;         ///< for which `buffer` is right
        bool reused = false;   ///< in the pass at hand, by one sample after another
        bool stored = false;   ///< in the sample's store
        long long offset = 0;  ///< in the store
    };
    /// The member of `StepPlaces` that holds a place; an input's or an input gradient's number is added. From `tap` on,
    /// the places of the named values: of each its own, then its gradient's.
    enum Slot {
        input = 0,
        input_gradient = most_inputs,
        output = 2 * most_inputs,
        mask,
        moments,
        output_gradient,
        tap
    };
    /// One step uses one array.
    struct Use {
        int step = 0;
        int slot = 0;
        int array = 0;
        ValueSlice slice = {};  ///< what it uses of the array
    };

    static constexpr Place& place(StepPlaces& places, int slot) {
        switch (slot) {
            case output:
                return places.output;
            case mask:
                return places.mask;
            case moments:
                return places.moments;
            case output_gradient:
                return places.output_gradient;
            default:
                return slot < most_inputs ? places.inputs[slot] : places.input_gradients[slot - most_inputs];
        }
    }

    /// The time from step `first` to step `last`, as a buffer for `array`; for a block of samples up to the end of the
    /// run.
    constexpr Buffer buffer(int array, int first, int last) const {
        if (!has_blocks_ || arrays_.begin()[array].reused) return {size_of(array), first, last, 0};
        return {size_of(array), steps_[first].run.first, steps_[last].run.last - 1, 0};
    }
    /// Do all samples of a block go from step `first` to step `last` one after another?
    constexpr bool is_in_one_run(int first, int last) const {
        return has_blocks_ && !steps_[first].by_block && steps_[first].run.first == steps_[last].run.first;
    }

    constexpr long long size_of(int array) const {
        if (array < first_gradient_) return graph_.bytes(array);
        if (array < first_mask_) return graph_.bytes(gradients_.value[array - first_gradient_]);
        if (array < first_moments_) {
            const int units = graph_.nodes[array - first_mask_].facts.mask_count;
            return (1ll * units + kernels::dropout_block - 1) / kernels::dropout_block * kernels::dropout_block;
        }
        return 2ll * padded(graph_.nodes[array - first_moments_].facts.moment_count) * graph_.numbers.scalar;
    }

    constexpr void use(int step, int slot, int array) { uses_.push_back({step, slot, array}); }
    constexpr void use_value(int step, int slot, int value) {
        uses_.push_back({step, slot, array_[value], slice_of(value)});
    }
    constexpr void use_gradient(int step, int slot, int value) {
        uses_.push_back({step, slot, first_gradient_ + gradients_.array[value], slice_of(value)});
    }
    constexpr ValueSlice slice_of(int value) const { return value == 0 ? ValueSlice() : graph_.maker(value).slice; }

    /// Lists the arrays that a step uses.
    constexpr void list_uses(const OrderedStep& step, int s) {
        const int i = step.node;
        if (step.action == Action::load) return use_value(s, output, 0);
        if (step.action == Action::loss) {
            use_value(s, output, graph_.output);
            if (gradients_.arrays > 0) use_gradient(s, output_gradient, graph_.output);
            for (int k = 0; k < graph_.tap_count; ++k) {
                use_value(s, tap + 2 * k, graph_.taps[k].value);
                if (gradients_.arrays > 0) use_gradient(s, tap + 2 * k + 1, graph_.taps[k].value);
            }
            return;
        }
        const FusedNode& node = graph_.nodes[i];
        const OpFacts& facts = node.facts;
        const bool backward = step.action == Action::backward;
        if (step.action == Action::statistics || step.action == Action::finish) {
            use_value(s, input, node.inputs[0]);
        } else if (!backward || facts.backward_reads_input) {
            for (int k = 0; k < facts.inputs; ++k) {
                if (!backward || !facts.passes_gradient[k]) use_value(s, input + k, node.inputs[k]);
            }
        }
        if (step.action == Action::statistics) return;
        if (step.action != Action::finish) {
            if (!backward || facts.backward_reads_output) use_value(s, output, i + 1);
            if (facts.mask_count > 0) use(s, mask, first_mask_ + i);
            if (facts.moment_count > 0) use(s, moments, first_moments_ + i);
        }
        if (!backward && step.action != Action::finish) return;
        use_gradient(s, output_gradient, i + 1);
        const Contributions& to = gradients_.contributions[s];
        for (int k = 0; k < facts.inputs; ++k) {
            if (to[std::size_t(k)].wanted) use_gradient(s, input_gradient + k, node.inputs[k]);
        }
    }

    constexpr void note_uses() {
        Array* const arrays = arrays_.begin();
        for (int p = 0; p + 1 < static_cast<int>(first_use_.size()); ++p) {
            const Use* const end = uses_.begin() + first_use_.begin()[p + 1];
            for (const Use* u = uses_.begin() + first_use_.begin()[p]; u != end; ++u) {
                Array& array = arrays[u->array];
                array.first_pass = array.first_pass < 0 ? p : array.first_pass;
                array.last_pass = p;
                array.last_step = u->step;
            }
        }
        const int count = static_cast<int>(arrays_.size());
        for (int a = 0; a < count; ++a) {
            arrays[a].stored = a < first_gradient_ ? stored_[array_[a]] : arrays[a].first_pass != arrays[a].last_pass;
        }
    }

    /// Places the stored arrays. Returns the size of the store.
    constexpr long long place_stored() {
        Array* const arrays = arrays_.begin();
        List<Buffer> buffers;
        for (const Use& u : uses_) {
            Array& array = arrays[u.array];
            if (!array.stored || array.buffer >= 0) continue;
            array.buffer = static_cast<int>(buffers.size());
            buffers.push_back(buffer(u.array, u.step, array.last_step));
        }
        const long long size = place_in_arena(buffers);
        for (Array& array : arrays_) {
            if (array.stored && array.buffer >= 0) array.offset = buffers.begin()[array.buffer].offset;
        }
        return size;
    }

    /// Sizes of the two parts of the arena.
    struct Sizes {
        long long reused = 0;
        long long arena = 0;
    };

    /// Places what one pass has in the arena, and writes the places of its steps.
    constexpr Sizes place_pass(int pass, StepPlaces* steps, PlannedTaps& taps) {
        Array* const arrays = arrays_.begin();
        const Use* const first = uses_.begin() + first_use_.begin()[pass];
        const Use* const end = uses_.begin() + first_use_.begin()[pass + 1];
        for (const Use* u = first; u != end; ++u) arrays[u->array].last_step = u->step;
        List<Buffer> reused;
        List<Buffer> others;
        for (const Use* u = first; u != end; ++u) {
            Array& array = arrays[u->array];
            if (array.stored || array.turn == pass) continue;
            array.turn = pass;
            array.reused = is_in_one_run(u->step, array.last_step);
            List<Buffer>& buffers = array.reused ? reused : others;
            array.buffer = static_cast<int>(buffers.size());
            buffers.push_back(buffer(u->array, u->step, array.last_step));
        }
        const Sizes sizes{place_in_arena(reused), place_in_arena(others)};
        for (const Use* u = first; u != end; ++u) {
            const Array& array = arrays[u->array];
            const Buffer* const buffers = array.reused ? reused.begin() : others.begin();
            const Place found{array.stored,      array.stored ? array.offset : buffers[array.buffer].offset,
                              size_of(u->array), !array.stored && array.reused,
                              u->slice.channel,  u->slice.pitch};
            if (u->slot < tap) {
                place(steps[u->step], u->slot) = found;
            } else {
                PlannedTap& to = taps[std::size_t((u->slot - tap) / 2)];
                ((u->slot - tap) % 2 == 0 ? to.value : to.gradient) = found;
            }
        }
        return sizes;
    }

    GraphView graph_;
    const OrderedStep* steps_;
    const Pass* passes_;
    int pass_count_;
    const int* array_;
    const bool* stored_;
    GradientView gradients_;
    bool has_blocks_;
    int first_gradient_;
    int first_mask_;
    int first_moments_;
    List<Array> arrays_;
    List<Use> uses_;
    List<int> first_use_;  ///< of each pass
};

}  // namespace norma::inline NORMA_TARGET::detail
