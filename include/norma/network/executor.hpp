#pragma once

#include <cstddef>
#include <span>

#include "norma/core/inline.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/batch_statistics.hpp"
#include "norma/network/first_non_finite.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network.hpp"
#include "norma/network/plan_runner.hpp"
#include "norma/network/plan_view.hpp"

namespace norma::inline NORMA_TARGET {

/// Runs batches of up to `most_samples` samples through a network in one mode. It owns all the memory for that, so a
/// step allocates nothing. Several executors may read one network at the same time. In a mode with gradients or with
/// statistics of the batch, the processes of the threads' reducer share the batch: all call `run` with the same network
/// and batch, each loads and runs some of its samples, and afterwards each has the gradient and the statistics of the
/// whole batch. In another mode a process runs its batch alone. A `Probe` other than `NoProbe` is
/// told which node each thread runs.
/// @snippet examples_test.cpp Executor
template <class Net, Mode M, class Probe = NoProbe>
class Executor {
    using T = typename Net::Scalar;

public:
    /// @throws OptionError if `most_samples` is not positive.
    NORMA_NOINLINE Executor(Threads& threads, int most_samples);

    /// Runs the batch through the network. Many threads call `loss(i, logits, gradient)`, once for each sample: it
    /// reads `Net::outputs` logits and, in a mode with gradients, writes (`=`) as many gradients. A loss with a fourth
    /// argument gets the values of the network's taps, too (`LossRef`). Afterwards
    /// `gradient()` is the gradient of all parameters. `watch`, if any, looks at the output of every node.
    /// @throws DataError if the batch is empty or larger than `most_samples`.
    /// @throws TrainingError if a norm over the batch gets one value per channel, unless this is training and the norm
    /// then uses its running statistics (`one_value`).
    void run(const Net& network, const BatchRef<T>& batch, const LossRef<T>& loss, StepName name = {},
             FirstNonFinite* watch = nullptr) {
        prepare(network);
        run(batch, loss, name, watch);
    }

    /// Folds norms into weights and transposes weights, as `run` needs them. For many batches of one network, prepare
    /// it once and run the batches without it.
    void prepare(const Net& network) {
        runner_.prepare(network.parameters().data(), network.running_mean().data(), network.running_var().data());
    }

    /// Runs the batch through the network that was prepared last, or that was run last. That network must still exist,
    /// with the same numbers; it is not prepared again.
    /// @throws Error if there is none; otherwise as above.
    void run(const BatchRef<T>& batch, const LossRef<T>& loss, StepName name = {}, FirstNonFinite* watch = nullptr) {
        runner_.run(batch, loss, name, watch);
    }

    /// Gradient of the last batch's loss, laid out as `Net::parameters()`.
    std::span<T> gradient()
        requires(M.gradients)
    {
        return runner_.gradient();
    }

    /// Moves the network's running statistics towards the last batch's mean and unbiased variance: by the norm's
    /// `momentum` or, if the norm or the caller says `cumulative`, by 1 / (number of batches so far),
    /// which weighs all batches the same.
    void track_statistics(Net& network, bool cumulative = false) const
        requires(M.batch_statistics)
    {
        network.set_tracked_batches(network.tracked_batches() + 1);
        statistics().track(Net::graph.nodes, network.running_mean().data(), network.running_var().data(),
                           network.tracked_batches(), cumulative);
    }

    /// From now on these `nodes` of the network's graph that are norms over the batch normalise by the network's
    /// running statistics, which then do not change: in PyTorch, such a module is in evaluation mode (`.eval()`) while
    /// the network is in training mode. All other norms use the statistics of the batch. A shared norm is named by the
    /// node of its first use.
    void use_running_statistics(std::span<const int> nodes)
        requires(M.batch_statistics)
    {
        runner_.use_running_statistics(nodes);
    }

    /// Statistics of the last batch.
    const BatchStatistics<T>& statistics() const
        requires(M.batch_statistics)
    {
        return runner_.statistics();
    }

    /// The first node of the network's graph whose statistics of the last batch are not finite, for instance because
    /// the square of an activation is too large for `T`; −1 if all are finite.
    int node_with_infinite_statistics() const
        requires(M.batch_statistics)
    {
        return statistics().first_not_finite(Net::graph.nodes);
    }

    /// Of the last batch, the first sample of each process, and then the number of all samples: process p ran the
    /// samples from number p on, up to number p + 1.
    std::span<const std::size_t> sample_begins() const { return runner_.sample_begins(); }
    /// Samples of the largest batch that it takes.
    int most_samples() const { return runner_.most_samples(); }
    /// One probe per thread.
    std::span<Probe> probes() { return runner_.probes(); }
    /// Bytes held for activations, gradients and statistics.
    std::size_t memory() const { return runner_.memory(); }

private:
    detail::PlanRunner<typename Net::Value, Probe> runner_;
};

// Outside the class, so that it is not inline: a file that declares the network by NORMA_EXTERN does not compile the
// kernels, which only this constructor names.
template <class Net, Mode M, class Probe>
Executor<Net, M, Probe>::Executor(Threads& threads, int most_samples)
    : runner_(plan_view<Net, M>(), threads, most_samples) {}

}  // namespace norma::inline NORMA_TARGET
