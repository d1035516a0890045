#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/append.hpp"
#include "norma/core/bytes.hpp"
#include "norma/core/error.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/network/batch_ref.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/history.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/same_everywhere.hpp"
#include "norma/training/source_ref.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What the loop over batches needs of a network, its executor and its optimiser, without their types. Each function is
/// called once for a batch, `loss` once for a sample and each head.
template <class T, class Loss>
struct TrainingStep {
    NetworkView<T> network;                         ///< which is trained
    const Loss& loss;                               ///< of the network's output and of its auxiliary heads
    std::span<const double> auxiliary;              ///< weights of the losses of auxiliary heads
    FunctionRef<double(const TrainingTime&)> rate;  ///< the learning rate of a step
    /// Forward, loss and backward of one batch.
    FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, StepName, FirstNonFinite*)> run;
    FunctionRef<int()> infinite_statistics;      ///< see `problem_of_step`
    FunctionRef<std::span<const T>()> gradient;  ///< of the last batch
    /// Changes the network by the last batch's gradient; `weight` is that of the batch's samples.
    FunctionRef<void(double rate, double weight, const TrainingTime&)> update;
    Reducer& reducer;                                       ///< joins the processes that train together
    FunctionRef<std::span<const std::size_t>()> processes;  ///< see `Executor::sample_begins`
};

/// Where a training is, and the loop over the batches of an epoch. It knows no type of network, optimiser or source, so
/// that it is compiled once for a loss.
template <class T, class Loss>
class TrainingLoop {
    using Target = typename Loss::Target;
    using Batch = LabelledBatchRef<T, Target>;

public:
    /// `seed` names the random numbers.
    explicit TrainingLoop(std::uint64_t seed) { progress_.seed = seed; }

    /// Where training stands.
    const TrainingProgress& progress() const { return progress_; }
    /// The same, to change.
    TrainingProgress& progress() { return progress_; }
    /// Goes on from there.
    void resume(TrainingProgress progress) {
        progress_ = std::move(progress);
        resumed_ = true;
    }
    /// Verifies that training was not resumed after all `epochs` epochs.
    void verify_more_epochs(int epochs) const {
        if (!resumed_ || progress_.epoch < epochs) return;
        raise<OptionError>({"epochs: all ", epochs,
                            " were trained before the training was resumed, so fit has nothing to do; call set_epochs "
                            "to train more"});
    }

    /// See `Trainer::train_epoch`. The samples of `train` fit the network.
    Next train_epoch(const TrainingStep<T, Loss>& step, const TrainingSourceRef<T, Target>& train, EpochRecord& record,
                     const std::function<Next(const BatchReport&)>& after_batch) {
        using Clock = std::chrono::steady_clock;
        TrainingProgress& p = progress_;
        if (const std::string number = non_finite_number(step.network); !number.empty()) {
            raise<TrainingError>({number, ", is not finite before the first step of epoch ", p.epoch,
                                  " (counted from 0); start from a network with finite numbers"});
        }
        take_source(train);
        if (!step.reducer.alone()) verify_same_everywhere(step);
        if (const auto size = static_cast<std::size_t>(train.batch_size()); results_.size() != size) {
            results_ = AlignedBuffer<SampleResult>(size);
        }
        const auto begin = Clock::now();
        const double before = p.seconds;
        const auto seconds = [&] { return before + std::chrono::duration<double>(Clock::now() - begin).count(); };
        train.start_epoch(p.epoch);
        record = {};
        record.epoch = p.epoch;
        record.learning_rate = step.rate({p.epoch, 0, train.count()});
        Next next = Next::go_on;
        while (p.batch < train.count() && next == Next::go_on) {
            const int b = p.batch;
            double rate = 0;
            RunningMean batch_mean;
            train.with_batch(b, [&](const Batch& batch) {
                rate = step.rate({p.epoch, b, train.count()});
                batch_mean = train_batch(step, batch, b, rate);
            });
            append(p.history.batch_loss, batch_mean.loss());
            if (has_accuracy) append(p.history.batch_accuracy, accuracy_of(batch_mean));
            ++p.batch;
            resumed_ = false;  // not before: what fails until here changes nothing
            p.seconds = seconds();
            if (after_batch) {
                next = after_batch({p.epoch, b, train.count(), p.epoch_mean.samples(), batch_mean.loss(),
                                    accuracy_of(batch_mean), p.epoch_mean.loss(), accuracy_of(p.epoch_mean), p.seconds,
                                    rate, Loss::Metrics::figure, batch_mean.figure(), p.epoch_mean.figure()});
            }
            if (step.reducer.any(next == Next::stop, {Reducer::after_batch, 0})) next = Next::stop;
        }
        // Other numbers are not handed on after the last epoch either.
        if (!step.reducer.alone()) verify_same_network(step.reducer, step.network);
        record.train_loss = p.epoch_mean.loss();
        if constexpr (!Loss::Metrics::figure.empty()) {
            set_figure(record, joined_text({"train_", Loss::Metrics::figure}), p.epoch_mean.figure());
        }
        record.seconds = seconds();
        resumed_ = false;
        ++p.epoch;
        p.batch = 0;
        p.seconds = 0;
        p.epoch_mean = {};
        return next;
    }

private:
    static constexpr bool has_accuracy = Loss::Metrics::figure == accuracy_figure;
    static double accuracy_of(const RunningMean& mean) { return has_accuracy ? mean.figure() : not_measured; }

    /// Records the data of the epoch. Within an epoch, and in the first epoch after `resume`, they must be the same as
    /// before.
    void take_source(const TrainingSourceRef<T, Target>& train) {
        TrainingProgress& p = progress_;
        if (resumed_ || p.batch > 0) verify_source(p, train);
        p.batches = train.count();
        p.batch_size = train.batch_size();
        p.samples = static_cast<std::int64_t>(train.size());
        p.data = train.settings();
    }

    /// Processes train together only if they begin an epoch with the same numbers, at the same place, on the same data.
    [[gnu::cold]] void verify_same_everywhere(const TrainingStep<T, Loss>& step) const {
        const TrainingProgress& p = progress_;
        const std::uint64_t place[] = {p.seed,
                                       p.step,
                                       std::uint64_t(p.epoch),
                                       std::uint64_t(p.batch),
                                       std::uint64_t(p.batches),
                                       std::uint64_t(p.batch_size),
                                       std::uint64_t(p.samples)};
        verify_same_settings(step.reducer, place, p.data,
                             "processes train on different data, at different places, or with different seeds; give "
                             "all of them the same options and files");
        verify_same_network(step.reducer, step.network);
    }

    RunningMean train_batch(const TrainingStep<T, Loss>& step, const Batch& batch, int number, double rate) {
        check_targets<T>(step.loss, batch, step.network.output, number);
        if (static_cast<std::size_t>(batch.size()) > results_.size()) {
            raise<DataError>({"batch ", number, " has ", batch.size(),
                              " samples, but the batch_size() of its source is ", results_.size(),
                              ", which is to be the size of the largest batch"});
        }
        const double weight = weight_of_batch(step.loss, batch);
        const T scale = weight > 0 ? T(1) / static_cast<T>(weight) : T(0);
        const StepName name{progress_.seed, progress_.step};
        const CheckedInput<T> input(batch, step.network.input);
        const auto loss_of = [&](int i, const T* numbers, T* gradient, const TapValues<T>& taps) {
            const Target target = batch.target(i);
            const std::span output(numbers, static_cast<std::size_t>(step.network.outputs));
            SampleResult& result = results_[static_cast<std::size_t>(i)];
            result.figure = Loss::Metrics::measure(step.loss, output, target);
            result.loss = {static_cast<double>(step.loss(output, target, scale, gradient)),
                           weight_of(step.loss, target)};
            for (std::size_t k = 0; k < taps.size(); ++k) {
                const double share = step.auxiliary[k];
                result.loss.sum +=
                    share * static_cast<double>(step.loss(taps.value(k), target, static_cast<T>(share) * scale,
                                                          taps.gradient(k).data()));
            }
        };
        step.run(input, loss_of, name, nullptr);
        const auto place = [&] {
            return joined_text({" in epoch ", progress_.epoch, ", batch ", number, " (both counted from 0)"});
        };
        if (input.found()) raise<TrainingError>({"the input is not usable", place(), ": ", input.problem()});
        gather_results(step);
        RunningMean mean;
        add_results(batch.size(), mean);
        const auto run_again = [&](FirstNonFinite& first) {
            step.run(input, loss_of, name, &first);
            first.join(step.reducer);
        };
        if (const auto [what, origin] =
                problem_of_step<T>(step.network, mean.loss(), step.infinite_statistics, step.gradient(), run_again);
            !what.empty()) {
            raise<TrainingError>({what, place(), ", at the learning rate ", rate, ": ", origin});
        }
        add_results(batch.size(), progress_.epoch_mean);
        step.update(rate, weight, {progress_.epoch, number, progress_.batches});
        ++progress_.step;
        return mean;
    }

    /// Writes (`=`) the results of the samples of other processes.
    void gather_results(const TrainingStep<T, Loss>& step) {
        if (step.reducer.alone()) return;
        step.reducer.several().gather({Reducer::training_step, 0}, writable_bytes_of(results_), step.processes(),
                                      sizeof(SampleResult), begins_);
    }

    /// The sum of the samples' weights, in their order.
    static double weight_of_batch(const Loss& loss, const Batch& batch) {
        if constexpr (!weighs_samples<Loss>) return batch.size();
        double sum = 0;
        for (int i = 0; i < batch.size(); ++i) sum += weight_of(loss, batch.target(i));
        return sum;
    }

    void add_results(int samples, RunningMean& mean) const {
        for (int i = 0; i < samples; ++i) mean.add(results_[static_cast<std::size_t>(i)]);
    }

    AlignedBuffer<SampleResult> results_;  ///< of each sample of the last batch
    std::vector<std::size_t> begins_;      ///< of each process' bytes in `results_`
    TrainingProgress progress_;
    bool resumed_ = false;  ///< and no epoch begun since
};

}  // namespace norma::inline NORMA_TARGET::detail
