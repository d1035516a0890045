#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/number_text.hpp"
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
#include "norma/training/source_ref.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What the loop over batches needs of a network, its executor and its optimiser, without their types. Each function is
/// called once for a batch, `loss` once for a sample.
template <class T>
struct TrainingStep {
    NetworkView<T> network;                         ///< which is trained
    LossFunction<T>* loss;                          ///< of its number of classes
    double label_smoothing;                         ///< of the loss
    std::span<const double> auxiliary;              ///< weights of the losses of auxiliary heads
    FunctionRef<double(const TrainingTime&)> rate;  ///< the learning rate of a step
    /// Forward, loss and backward of one batch.
    FunctionRef<void(const BatchRef<T>&, const LossRef<T>&, StepName, FirstNonFinite*)> run;
    FunctionRef<int()> infinite_statistics;      ///< see `problem_of_step`
    FunctionRef<std::span<const T>()> gradient;  ///< of the last batch
    FunctionRef<void(double rate)> update;       ///< changes the network by the last batch's gradient
};

/// Where a training is, and the loop over the batches of an epoch. It knows no type of network, optimiser or source, so
/// that it is compiled once.
template <class T>
class TrainingLoop {
public:
    /// For batches of up to `batch_size` samples; `seed` names the random numbers.
    TrainingLoop(int batch_size, std::uint64_t seed) : results_(static_cast<std::size_t>(batch_size)) {
        progress_.seed = seed;
    }

    /// Where training stands.
    const TrainingProgress& progress() const { return progress_; }
    /// The same, to change.
    TrainingProgress& progress() { return progress_; }
    /// Goes on from there.
    void resume(TrainingProgress progress) {
        progress_ = std::move(progress);
        resumed_ = true;
    }

    /// See `Trainer::train_epoch`.
    Next train_epoch(const TrainingStep<T>& step, const TrainingSourceRef<T>& train, EpochRecord& record,
                     const std::function<Next(const BatchReport&)>& after_batch) {
        using Clock = std::chrono::steady_clock;
        TrainingProgress& p = progress_;
        check_fit(train, step.network.input, step.network.outputs, "the training images");
        if (const std::string number = non_finite_number(step.network); !number.empty()) {
            raise<TrainingError>(number + ", is not finite before the first step of epoch " + std::to_string(p.epoch) +
                                 " (counted from 0); start from a network with finite numbers");
        }
        take_source(train);
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
            train.with_batch(b, [&](const LabelledBatchRef<T>& batch) {
                rate = step.rate({p.epoch, b, train.count()});
                batch_mean = train_batch(step, batch, b, rate);
            });
            p.history.batch_loss.push_back(batch_mean.loss());
            p.history.batch_accuracy.push_back(batch_mean.accuracy());
            ++p.batch;
            resumed_ = false;  // not before: what fails until here changes nothing
            p.seconds = seconds();
            if (after_batch) {
                next =
                    after_batch({p.epoch, b, train.count(), p.epoch_mean.samples(), batch_mean.loss(),
                                 batch_mean.accuracy(), p.epoch_mean.loss(), p.epoch_mean.accuracy(), p.seconds, rate});
            }
        }
        record.train_loss = p.epoch_mean.loss();
        record.train_accuracy = p.epoch_mean.accuracy();
        record.seconds = seconds();
        resumed_ = false;
        ++p.epoch;
        p.batch = 0;
        p.seconds = 0;
        p.epoch_mean = {};
        return next;
    }

private:
    /// Records the data of the epoch. Within an epoch, and in the first epoch after `resume`, they must be the same as
    /// before.
    void take_source(const TrainingSourceRef<T>& train) {
        TrainingProgress& p = progress_;
        if (resumed_ || p.batch > 0) verify_source(p, train);
        p.batches = train.count();
        p.batch_size = train.batch_size();
        p.samples = static_cast<std::int64_t>(train.size());
        p.data = train.settings();
    }

    RunningMean train_batch(const TrainingStep<T>& step, const LabelledBatchRef<T>& batch, int number, double rate) {
        check_labels(batch, step.network.outputs, number);
        if (static_cast<std::size_t>(batch.size()) > results_.size()) {
            raise<DataError>("batch " + std::to_string(number) + " has " + std::to_string(batch.size()) +
                             " samples, but the trainer's option batch_size is " + std::to_string(results_.size()) +
                             "; set it to the batch_size of the training batches");
        }
        const T scale = T(1) / static_cast<T>(batch.size());
        const T smoothing = static_cast<T>(step.label_smoothing);
        const StepName name{progress_.seed, progress_.step};
        const CheckedInput<T> input(batch, step.network.input);
        const auto loss_of = [&](int i, const T* logits, T* gradient, const TapValues<T>& taps) {
            const int label = static_cast<int>(batch.label(i));
            SampleLoss& result = results_[static_cast<std::size_t>(i)];
            result = step.loss(logits, label, scale, gradient, smoothing);
            for (std::size_t k = 0; k < taps.size(); ++k) {
                const double weight = step.auxiliary[k];
                const T share = static_cast<T>(weight) * scale;
                result.loss +=
                    weight * step.loss(taps.value(k).data(), label, share, taps.gradient(k).data(), smoothing).loss;
            }
        };
        step.run(input, loss_of, name, nullptr);
        const auto place = [&] {
            return " in epoch " + std::to_string(progress_.epoch) + ", batch " + std::to_string(number) +
                   " (both counted from 0)";
        };
        if (input.found()) raise<TrainingError>("the input is not usable" + place() + ": " + input.problem());
        RunningMean mean;
        add_results(batch, mean);
        const auto run_again = [&](FirstNonFinite& first) { step.run(input, loss_of, name, &first); };
        if (const auto [what, origin] =
                problem_of_step<T>(step.network, mean.loss(), step.infinite_statistics, step.gradient(), run_again);
            !what.empty()) {
            raise<TrainingError>(what + place() + ", at the learning rate " + number_text(rate) + ": " + origin);
        }
        add_results(batch, progress_.epoch_mean);
        step.update(rate);
        ++progress_.step;
        return mean;
    }

    void add_results(const LabelledBatchRef<T>& batch, RunningMean& mean) const {
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results_[static_cast<std::size_t>(i)];
            mean.add(result.loss, result.predicted == static_cast<int>(batch.label(i)));
        }
    }

    std::vector<SampleLoss> results_;  ///< of each sample of the last batch
    TrainingProgress progress_;
    bool resumed_ = false;  ///< and no epoch begun since
};

}  // namespace norma::inline NORMA_TARGET::detail
