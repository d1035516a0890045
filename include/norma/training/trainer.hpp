#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/checked_input.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/non_finite_numbers.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/clip_grad_norm.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/history.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/non_finite.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/options.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/source.hpp"

namespace norma::inline NORMA_TARGET {

/// Trains a classifier on the mean cross-entropy, by an optimiser and a schedule such as `Trainer<Net, AdamW,
/// OneCycleLR>`; the defaults are `Sgd` and `StepLR`. It keeps the optimiser's state, so that a program can train epoch
/// by epoch.
/// @snippet examples_test.cpp Trainer
template <class Net, template <class> class OptimiserOf = Sgd, LearningRate Rate = StepLR>
class Trainer {
    using T = typename Net::Scalar;
    static_assert(Optimiser<OptimiserOf<T>, T>,
                  "norma: an optimiser needs a type Options, a constructor from a number of parameters and Options, "
                  "step(parameters, gradient, rate), and state(), a range of StateArray.");

public:
    /// What its constructor takes.
    using Options = BasicTrainingOptions<typename OptimiserOf<T>::Options, Rate>;

    /// The network and the threads must outlive the trainer.
    /// @throws OptionError if an option is outside its range.
    Trainer(Net& network, Threads& threads, const Options& options = {})
        : network_(network),
          threads_(threads),
          options_(options),
          executor_(threads, options.batch_size),
          optimiser_(network.parameters().size(), options.optimiser),
          results_(static_cast<std::size_t>(options.batch_size)) {
        progress_.seed = options.seed;
        assert_classifier<Net>();
        validate_options(options);
    }
    /// Refuses options of another optimiser or schedule by a compile error of one sentence.
    template <class Optimisers, LearningRate Schedule>
        requires(!std::same_as<BasicTrainingOptions<Optimisers, Schedule>, Options>)
    Trainer(Net& network, Threads& threads, const BasicTrainingOptions<Optimisers, Schedule>&)
        : Trainer(network, threads, never_made()) {
        static_assert(std::same_as<Optimisers, typename OptimiserOf<T>::Options>,
                      "norma: these options are for another optimiser than the trainer's; a Trainer<Net, AdamW> takes "
                      "Trainer<Net, AdamW>::Options, and TrainingOptions are for Sgd with StepLR.");
        static_assert(!std::same_as<Optimisers, typename OptimiserOf<T>::Options> || std::same_as<Schedule, Rate>,
                      "norma: these options have another schedule than the trainer's; a Trainer<Net, Sgd, "
                      "CosineAnnealingLR> takes Trainer<Net, Sgd, CosineAnnealingLR>::Options, and TrainingOptions are "
                      "for Sgd with StepLR.");
    }

    /// Trains until `options.epochs` epochs are done. After each epoch, evaluates on `train_again` (the training
    /// samples without augmentation) and on `test`. After a callback stopped it, or `resume`, it continues from there.
    /// @throws DataError if there are no samples, they do not fit the network, or a label is out of range.
    /// @throws TrainingError if an input, a loss, a batch's statistics or a gradient is not finite (the message names
    /// the sample, or the layer where it began), or if a batch is too small for its norm. The network and the history
    /// are then as after the last good batch.
    /// @throws OptionError if training was resumed and `train` is not the same data as before (`verify_source`), if the
    /// schedule gives an invalid rate, or if all epochs are done already (`set_epochs`).
    template <BatchSource<T> Train, BatchSource<T> TrainAgain, BatchSource<T> Test>
    const History& fit(Train& train, const TrainAgain& train_again, const Test& test,
                       const TrainingCallbacks& callbacks = {}) {
        check_fit<Net>(train, "the training images");
        check_fit<Net>(train_again, "the training images to evaluate");
        check_fit<Net>(test, "the test images");
        if (progress_.epoch >= options_.epochs) {
            raise<OptionError>("epochs: all " + std::to_string(options_.epochs) +
                               " are trained, so fit has nothing to do; call set_epochs to train more");
        }
        while (progress_.epoch < options_.epochs) {
            EpochRecord record;
            const bool stopped = train_epoch(train, record, callbacks.after_batch) == Next::stop;
            record.train_accuracy_eval = evaluate(network_, train_again, threads_).accuracy;
            const Evaluation result = evaluate(network_, test, threads_);
            record.test_loss = result.loss;
            record.test_accuracy = result.accuracy;
            progress_.history.epochs.push_back(record);
            if (callbacks.after_epoch && callbacks.after_epoch(record) == Next::stop) break;
            if (stopped) break;
        }
        return progress_.history;
    }

    /// The same, but evaluates the training samples on `train`, in the order and with the augmentation of the epoch.
    template <BatchSource<T> Train, BatchSource<T> Test>
    const History& fit(Train& train, const Test& test, const TrainingCallbacks& callbacks = {}) {
        return fit(train, train, test, callbacks);
    }

    /// Sets the number of epochs in all, so that training ends later or sooner. Nothing else changes, also not the
    /// number of epochs that a schedule was made for.
    /// @throws OptionError if it is not at least 1.
    void set_epochs(int epochs) {
        Options changed = options_;
        changed.epochs = epochs;
        validate_options(changed);
        options_ = changed;
    }

    /// Trains one epoch, or the rest of a resumed one, and writes its training figures to `record`. Returns `stop` if
    /// `after_batch` asked for it.
    /// @throws as `fit`
    template <BatchSource<T> Train>
    Next train_epoch(Train& train, EpochRecord& record,
                     const std::function<Next(const BatchReport&)>& after_batch = {}) {
        using Clock = std::chrono::steady_clock;
        TrainingProgress& p = progress_;
        check_fit<Net>(train, "the training images");
        if (const std::string number = non_finite_number(network_); !number.empty()) {
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
        record.learning_rate = rate_at(0, train.count());
        Next next = Next::go_on;
        while (p.batch < train.count() && next == Next::go_on) {
            const int b = p.batch;
            const auto& batch = train[b];
            const double rate = rate_at(b, train.count());
            const RunningMean batch_mean = train_batch(batch, b, rate);
            p.history.batch_loss.push_back(batch_mean.loss());
            p.history.batch_accuracy.push_back(batch_mean.accuracy());
            ++p.batch;
            resumed_ = false;  // not earlier: a failure up to here must change nothing
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

    /// The state of the training; in `after_batch` and `after_epoch`, the state after that batch or epoch.
    const TrainingProgress& progress() const { return progress_; }
    /// Validates that training can be resumed from `progress`; `fit` validates the data.
    /// @throws OptionError if `progress` has another seed, or is at a batch that its epoch does not have. The message
    /// begins with `place`.
    void validate(const TrainingProgress& progress, const std::string& place = {}) const {
        verify_progress(progress, options_.seed, place);
    }
    /// Continues from `progress`. The network and the optimiser must have the numbers that belong to it
    /// (`load_checkpoint` does all of this).
    /// @throws OptionError as `validate`.
    void resume(TrainingProgress progress) {
        validate(progress);
        progress_ = std::move(progress);
        resumed_ = true;
    }

    /// The options.
    const Options& options() const { return options_; }
    /// The results so far.
    const History& history() const { return progress_.history; }
    /// The network that it trains.
    Net& network() { return network_; }
    /// The same, to read.
    const Net& network() const { return network_; }
    /// Gradient of the last batch as the optimiser got it, so after clipping.
    std::span<const T> gradient() { return executor_.gradient(); }
    /// The optimiser, with its state.
    OptimiserOf<T>& optimiser() { return optimiser_; }
    /// The same, to read.
    const OptimiserOf<T>& optimiser() const { return optimiser_; }
    /// Bytes of activations, gradients and the optimiser's state.
    std::size_t memory() const {
        std::size_t bytes = executor_.memory();
        for (const StateArray<const T>& array : optimiser_.state()) bytes += array.values.size_bytes();
        return bytes;
    }

private:
    static const Options& never_made();  ///< not defined, only for code that does not compile

    /// Records the data of the epoch. Within an epoch, and in the first epoch after `resume`, they must be the same as
    /// before.
    template <BatchSource<T> Train>
    void take_source(Train& train) {
        TrainingProgress& p = progress_;
        if (resumed_ || p.batch > 0) verify_source(p, train);
        p.batches = train.count();
        p.batch_size = train.batch_size();
        p.samples = static_cast<std::int64_t>(train.size());
        p.data = settings_of_source(train);
    }

    /// @throws OptionError if the schedule's rate is not valid.
    double rate_at(int step, int steps_per_epoch) const {
        const TrainingTime time{progress_.epoch, step, steps_per_epoch};
        return checked_rate(static_cast<double>(options_.learning_rate.at(time)), schedule_name<Rate>(), time);
    }

    template <LabelledBatch<T> Batch>
    RunningMean train_batch(const Batch& batch, int number, double rate) {
        check_labels<Net>(batch, number);
        if (batch.size() > options_.batch_size) {
            raise<DataError>("batch " + std::to_string(number) + " has " + std::to_string(batch.size()) +
                             " samples, but the trainer's option batch_size is " + std::to_string(options_.batch_size) +
                             "; set it to the batch_size of the training batches");
        }
        const T scale = T(1) / static_cast<T>(batch.size());
        const T smoothing = static_cast<T>(options_.label_smoothing);
        const StepName name{options_.seed, progress_.step};
        const CheckedInput<Net, Batch> input(batch);
        const auto head = [&](int i, const T* logits, T* gradient) {
            results_[static_cast<std::size_t>(i)] = negative_log_likelihood<T, Net::outputs>(
                logits, static_cast<int>(batch.label(i)), scale, gradient, smoothing);
        };
        executor_.run(network_, input, head, name);
        const auto place = [&] {
            return " in epoch " + std::to_string(progress_.epoch) + ", batch " + std::to_string(number) +
                   " (both counted from 0)";
        };
        if (input.found()) raise<TrainingError>("the input is not usable" + place() + ": " + input.problem());
        RunningMean mean;
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results_[static_cast<std::size_t>(i)];
            mean.add(result.loss, result.predicted == static_cast<int>(batch.label(i)));
        }
        if (const auto [what, origin] = problem_of_step(executor_, network_, input, head, name, mean.loss());
            !what.empty()) {
            raise<TrainingError>(what + place() + ", at the learning rate " + number_text(rate) + ": " + origin);
        }
        for (int i = 0; i < batch.size(); ++i) {
            const SampleLoss& result = results_[static_cast<std::size_t>(i)];
            progress_.epoch_mean.add(result.loss, result.predicted == static_cast<int>(batch.label(i)));
        }
        if constexpr (Net::couples_samples) executor_.track_statistics(network_);
        if (options_.max_grad_norm < std::numeric_limits<double>::max()) {
            clip_grad_norm(executor_.gradient(), options_.max_grad_norm);
        }
        optimiser_.step(network_.parameters(), executor_.gradient(), rate);
        ++progress_.step;
        return mean;
    }

    Net& network_;
    Threads& threads_;
    Options options_;
    Executor<Net, training_mode> executor_;
    OptimiserOf<T> optimiser_;
    std::vector<SampleLoss> results_;
    TrainingProgress progress_;
    bool resumed_ = false;  ///< and no batch trained since
};

}  // namespace norma::inline NORMA_TARGET
