#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "norma/core/target.hpp"
#include "norma/kernels/convert.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/ops/arguments.hpp"
#include "norma/ops/staged.hpp"

namespace norma::inline NORMA_TARGET {

/// The probe of normal training: it measures nothing. A probe that measures time has the same member.
struct NoProbe {
    /// Work on node `node` of the plan begins, forward or backward; −1 is work that belongs to no node.
    void enter(int /*node*/, bool /*backward*/) {}
};

/// The memory of one thread for activations.
template <class Value>
struct ThreadMemory {
    std::byte* reused;         ///< for one sample after another
    std::byte* arena;          ///< for the samples that it handles at a time
    ScalarOf<Value>* scratch;  ///< for the kernels of one step

    /// At `begin`, as large as `thread_size` of the plan and as many samples.
    ThreadMemory(const PlanView<Value>& plan, int samples, std::byte* begin)
        : reused(begin),
          arena(reused + plan.reused_size),
          scratch(reinterpret_cast<ScalarOf<Value>*>(arena + samples * plan.arena_size)) {}
};

/// Runs samples through the passes of a plan: a loop over the steps of a pass.
template <class Value, class Probe = NoProbe>
class SamplePass {
    using T = ScalarOf<Value>;

public:
    /// For one chunk of samples: the memory of its thread, and what the chunk adds to: gradients and sums for norms
    /// over the batch. `watch`, if any, looks at the output of every node.
    SamplePass(const PlanView<Value>& plan, const SharedState<T>& shared, const ThreadMemory<Value>& memory,
               const GradientArray<T>& gradients, T* part, FirstNonFinite* watch, Probe& probe)
        : plan_(plan),
          shared_(shared),
          memory_(memory),
          gradients_(gradients),
          part_(part),
          watch_(watch),
          probe_(probe) {}

    /// Runs `samples` samples of the batch, from `first` on, through pass `pass`: a block. `store` is the block's
    /// store, `next_store` that of the next block; null if the chunk has no more.
    void run(int pass, int first, int samples, std::byte* store, const std::byte* next_store, const BatchRef<T>& batch,
             const LossRef<T>& loss) {
        const Pass& steps = plan_.passes[std::size_t(pass)];
        const Block block{
            pass,
            first,
            samples,
            store,
            next_store,
            plan_.reads.subspan(std::size_t(steps.reads_first), std::size_t(steps.reads_last - steps.reads_first))};
        for (int s = steps.first; s < steps.last;) {
            const Step& step = plan_.steps[std::size_t(s)];
            const int calls = step.by_block ? 1 : samples;
            for (int sample = 0; sample < calls; ++sample) {
                for (int k = s; k < step.run.last; ++k) run(block, k, sample, batch, loss);
            }
            s = step.run.last;
        }
        begins_chunk_ = false;
        probe_.enter(-1, false);
    }

private:
    /// Samples of a pass.
    struct Block {
        int pass;
        int first;  ///< number in the batch
        int samples;
        std::byte* store;
        const std::byte* next_store;
        std::span<const kernels::ArrayRange> reads;
    };

    /// Runs one step for one sample of the block, or for all of them.
    void run(const Block& block, int s, int sample, const BatchRef<T>& batch, const LossRef<T>& loss) {
        const Step& step = plan_.steps[std::size_t(s)];
        const int index = block.first + sample;
        const Arguments<Value> arguments{step.places,
                                         shared_,
                                         memory_.reused,
                                         memory_.arena,
                                         block.store,
                                         memory_.scratch,
                                         gradients_,
                                         part_,
                                         static_cast<std::uint32_t>(index),
                                         block.samples,
                                         sample,
                                         begins_chunk_ && sample == 0 && assigns_gradients(step),
                                         block.next_store,
                                         step.prefetches ? block.reads : std::span<const kernels::ArrayRange>{}};
        if (step.action == Action::load) {
            probe_.enter(-1, false);
            load(index, arguments, batch);
            if (block.pass == 0) show(FirstNonFinite::input, index, arguments.output(), 0);
        } else if (step.action == Action::loss) {
            probe_.enter(-1, false);
            call(loss, index, arguments);
        } else {
            probe_.enter(step.node, step.action == Action::backward || step.action == Action::finish);
            plan_.kernels[std::size_t(step.task)].run(arguments);
            if (step.action == Action::forward) {
                const int node = plan_.nodes[std::size_t(step.node)].first;
                for (int k = 0; k < (step.by_block ? block.samples : 1); ++k) {
                    show(node, index + k, arguments.output() + k * arguments.distance(step.places.output),
                         step.node + 1, step.places.output.pitch);
                }
            }
        }
    }

    bool assigns_gradients(const Step& step) const {
        return step.action == Action::backward && plan_.nodes[std::size_t(step.node)].assigns_gradients();
    }

    /// Loads sample `index` of the batch into value 0, through scratch memory if values are no scalars.
    void load(int index, const Arguments<Value>& arguments, const BatchRef<T>& batch) const {
        if constexpr (std::is_same_v<Value, T>) {
            batch.load(index, arguments.output());
        } else {
            batch.load(index, arguments.scratch);
            kernels::convert(arguments.scratch, plan_.input.size(), arguments.output());
        }
    }

    /// Calls the loss with the output and the taps of sample `index`, likewise.
    void call(const LossRef<T>& loss, int index, const Arguments<Value>& arguments) const {
        const bool gradients = plan_.mode.gradients;
        if constexpr (std::is_same_v<Value, T>) {
            loss(index, arguments.output(), gradients ? arguments.output_gradient() : nullptr,
                 TapValues<T>(plan_.taps, arguments));
        } else {
            StagedArrays<Value> staged(arguments);
            StepPlaces places = arguments.step;
            PlannedTap taps[NamedValues::most];
            std::copy(plan_.taps.begin(), plan_.taps.end(), taps);
            places.output = staged.read(places.output);
            places.output_gradient = staged.written(places.output_gradient);
            for (PlannedTap& tap : std::span(taps, plan_.taps.size())) {
                tap.value = staged.read(tap.value);
                tap.gradient = staged.written(tap.gradient);
            }
            const Arguments<T> wide = staged.arguments(places);
            loss(index, wide.output(), gradients ? wide.output_gradient() : nullptr,
                 TapValues<T>(std::span<const PlannedTap>(taps, plan_.taps.size()), wide));
            staged.finish();
        }
    }

    /// Shows the output of node `node` of the network's graph, the plan's value `value`, to `watch`, if there is one.
    /// If it is a slice, `pitch` is not 0.
    void show(int node, int index, const Value* values, int value, int pitch = 0) const {
        if (watch_ == nullptr) return;
        const Extent extent = value == 0 ? plan_.input : plan_.nodes[std::size_t(value - 1)].facts.output;
        const int rows = pitch == 0 ? 1 : extent.pixels();
        for (int row = 0; row < rows; ++row) {
            watch_->made(node, index, std::span<const Value>(values + row * pitch, std::size_t(extent.size() / rows)));
        }
    }

    const PlanView<Value>& plan_;
    const SharedState<T>& shared_;
    ThreadMemory<Value> memory_;
    GradientArray<T> gradients_;
    T* part_;
    FirstNonFinite* watch_;
    Probe& probe_;
    bool begins_chunk_ = true;  ///< no block has run yet
};

}  // namespace norma::inline NORMA_TARGET
