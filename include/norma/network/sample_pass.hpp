#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/ops/arguments.hpp"

namespace norma::inline NORMA_TARGET {

/// The probe of normal training: it measures nothing. A probe that measures time has the same member.
struct NoProbe {
    /// Work on node `node` of the plan begins, forward or backward; −1 is work that belongs to no node.
    void enter(int /*node*/, bool /*backward*/) {}
};

/// Runs samples through the passes of a plan: a loop over the steps of a pass.
template <class T, class Probe = NoProbe>
class SamplePass {
public:
    /// For one chunk of samples: the arena of its thread, and what the chunk adds to: gradients and sums for norms over
    /// the batch. `watch`, if any, looks at the output of every node.
    SamplePass(const PlanView<T>& plan, const SharedState<T>& shared, T* arena, const GradientArray<T>& gradients,
               T* part, FirstNonFinite* watch, Probe& probe)
        : plan_(plan),
          shared_(shared),
          arena_(arena),
          gradients_(gradients),
          part_(part),
          watch_(watch),
          probe_(probe) {}

    /// Runs sample `index` of the batch through pass `pass`. `store` is the sample's store, `next_store` that of the
    /// sample that follows; null if the chunk has no more.
    void run(int pass, int index, T* store, const T* next_store, const BatchRef<T>& batch, const HeadRef<T>& head) {
        const Pass& steps = plan_.passes[std::size_t(pass)];
        const auto reads =
            plan_.reads.subspan(std::size_t(steps.reads_first), std::size_t(steps.reads_last - steps.reads_first));
        for (int s = steps.first; s < steps.last; ++s) {
            const Step& step = plan_.steps[std::size_t(s)];
            const Arguments<T> arguments{step.places,
                                         shared_,
                                         arena_,
                                         store,
                                         gradients_,
                                         part_,
                                         static_cast<std::uint32_t>(index),
                                         next_store,
                                         step.prefetches ? reads : std::span<const kernels::Stretch>{}};
            if (step.action == Action::load) {
                probe_.enter(-1, false);
                batch.load(index, arguments.output());
                if (pass == 0) show(FirstNonFinite::input, index, arguments.output(), 0);
            } else if (step.action == Action::loss) {
                probe_.enter(-1, false);
                head(index, arguments.output(), plan_.mode.gradients ? arguments.output_gradient() : nullptr);
            } else {
                probe_.enter(step.node, step.action == Action::backward || step.action == Action::finish);
                plan_.kernels[std::size_t(step.task)].run(arguments);
                if (step.action == Action::forward) {
                    show(plan_.nodes[std::size_t(step.node)].first, index, arguments.output(), step.node + 1);
                }
            }
        }
        probe_.enter(-1, false);
    }

private:
    /// Shows the output of node `node` of the network's graph, the plan's value `value`, to `watch`, if there is one.
    void show(int node, int index, const T* values, int value) const {
        if (watch_ == nullptr) return;
        const Extent extent = value == 0 ? plan_.input : plan_.nodes[std::size_t(value - 1)].facts.output;
        watch_->made(node, index, std::span<const T>(values, std::size_t(extent.size())));
    }

    const PlanView<T>& plan_;
    const SharedState<T>& shared_;
    T* arena_;
    GradientArray<T> gradients_;
    T* part_;
    FirstNonFinite* watch_;
    Probe& probe_;
};

}  // namespace norma::inline NORMA_TARGET
