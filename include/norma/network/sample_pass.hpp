#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET {

/// The probe of normal training: it measures nothing. A probe that measures time has the same member.
struct NoProbe {
    /// Work on node `node` of the plan begins, forward or backward; −1 is work that belongs to no node.
    void enter(int /*node*/, bool /*backward*/) {}
};

/// The memory of one thread for activations.
template <class T>
struct ThreadMemory {
    T* reused;   ///< for one sample after another
    T* arena;    ///< for the samples that it handles at a time
    T* scratch;  ///< for the kernels of one step

    /// At `begin`, as large as `thread_size` of the plan and as many samples.
    ThreadMemory(const PlanView<T>& plan, int samples, T* begin)
        : reused(begin), arena(reused + plan.reused_size), scratch(arena + samples * plan.arena_size) {}
};

/// Runs samples through the passes of a plan: a loop over the steps of a pass.
template <class T, class Probe = NoProbe>
class SamplePass {
public:
    /// For one chunk of samples: the memory of its thread, and what the chunk adds to: gradients and sums for norms
    /// over the batch. `watch`, if any, looks at the output of every node.
    SamplePass(const PlanView<T>& plan, const SharedState<T>& shared, const ThreadMemory<T>& memory,
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
    void run(int pass, int first, int samples, T* store, const T* next_store, const BatchRef<T>& batch,
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
        T* store;
        const T* next_store;
        std::span<const kernels::ArrayRange> reads;
    };

    /// Runs one step for one sample of the block, or for all of them.
    void run(const Block& block, int s, int sample, const BatchRef<T>& batch, const LossRef<T>& loss) {
        const Step& step = plan_.steps[std::size_t(s)];
        const int index = block.first + sample;
        const Arguments<T> arguments{step.places,
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
            batch.load(index, arguments.output());
            if (block.pass == 0) show(FirstNonFinite::input, index, arguments.output(), 0);
        } else if (step.action == Action::loss) {
            probe_.enter(-1, false);
            loss(index, arguments.output(), plan_.mode.gradients ? arguments.output_gradient() : nullptr,
                 TapValues<T>(plan_.taps, arguments));
        } else {
            probe_.enter(step.node, step.action == Action::backward || step.action == Action::finish);
            plan_.kernels[std::size_t(step.task)].run(arguments);
            if (step.action == Action::forward) {
                const int node = plan_.nodes[std::size_t(step.node)].first;
                for (int k = 0; k < (step.by_block ? block.samples : 1); ++k) {
                    show(node, index + k, arguments.output() + k * step.places.output.size, step.node + 1,
                         step.places.output.pitch);
                }
            }
        }
    }

    bool assigns_gradients(const Step& step) const {
        return step.action == Action::backward && plan_.nodes[std::size_t(step.node)].assigns_gradients();
    }

    /// Shows the output of node `node` of the network's graph, the plan's value `value`, to `watch`, if there is one.
    /// If it is a slice, `pitch` is not 0.
    void show(int node, int index, const T* values, int value, int pitch = 0) const {
        if (watch_ == nullptr) return;
        const Extent extent = value == 0 ? plan_.input : plan_.nodes[std::size_t(value - 1)].facts.output;
        const int rows = pitch == 0 ? 1 : extent.pixels();
        for (int row = 0; row < rows; ++row) {
            watch_->made(node, index, std::span<const T>(values + row * pitch, std::size_t(extent.size() / rows)));
        }
    }

    const PlanView<T>& plan_;
    const SharedState<T>& shared_;
    ThreadMemory<T> memory_;
    GradientArray<T> gradients_;
    T* part_;
    FirstNonFinite* watch_;
    Probe& probe_;
    bool begins_chunk_ = true;  ///< no block has run yet
};

}  // namespace norma::inline NORMA_TARGET
