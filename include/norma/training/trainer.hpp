#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/training/auxiliary.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/clip_grad_norm.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/history.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/options.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/source.hpp"
#include "norma/training/source_ref.hpp"
#include "norma/training/training_loop.hpp"

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
    Trainer(Net& network, Threads& threads, const Options& options = {});
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
        return fit_sources(TrainingSourceRef<T>(train), SourceRef<T>(train_again), SourceRef<T>(test), callbacks);
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
        return train_source(TrainingSourceRef<T>(train), record, after_batch);
    }

    /// The state of the training; in `after_batch` and `after_epoch`, the state after that batch or epoch.
    const TrainingProgress& progress() const { return loop_.progress(); }
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
        loop_.resume(std::move(progress));
    }

    /// The options.
    const Options& options() const { return options_; }
    /// The results so far.
    const History& history() const { return loop_.progress().history; }
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

    /// `fit` and `train_epoch`, whatever the types of the sources.
    const History& fit_sources(const TrainingSourceRef<T>& train, const SourceRef<T>& train_again,
                               const SourceRef<T>& test, const TrainingCallbacks& callbacks);
    Next train_source(const TrainingSourceRef<T>& train, EpochRecord& record,
                      const std::function<Next(const BatchReport&)>& after_batch);

    Net& network_;
    Threads& threads_;
    Options options_;
    Executor<Net, training_mode> executor_;
    OptimiserOf<T> optimiser_;
    detail::TrainingLoop<T> loop_;
    std::vector<double> auxiliary_;  ///< weights of the losses of auxiliary heads
};

namespace detail {
/// Has each auxiliary head of `Net` as many outputs as the network, one for each class?
template <class Net>
constexpr bool heads_are_classifiers() {
    for (const NamedValue& tap : Net::graph.taps) {
        const Extent e = Net::graph.extent(tap.value);
        if (tap.is_in(training_mode) && (e.channels != Net::outputs || e.pixels() != 1)) return false;
    }
    return true;
}
}  // namespace detail

// These are outside the class, so that they are not inline: a file that declares the network by NORMA_EXTERN does not
// compile them.
template <class Net, template <class> class OptimiserOf, LearningRate Rate>
Trainer<Net, OptimiserOf, Rate>::Trainer(Net& network, Threads& threads, const Options& options)
    : network_(network),
      threads_(threads),
      options_(options),
      executor_(threads, options.batch_size),
      optimiser_(network.parameters().size(), options.optimiser),
      loop_(options.batch_size, options.seed),
      auxiliary_(weights_of_heads<Net>(options_.auxiliary)) {
    assert_classifier<Net>();
    static_assert(
        !Net::layers_fit || detail::heads_are_classifiers<Net>(),
        "norma: a Trainer needs auxiliary heads (Tap<name, layers...>) that end, as the network, in one number "
        "per class.");
    validate_options(options);
}

template <class Net, template <class> class OptimiserOf, LearningRate Rate>
const History& Trainer<Net, OptimiserOf, Rate>::fit_sources(const TrainingSourceRef<T>& train,
                                                            const SourceRef<T>& train_again, const SourceRef<T>& test,
                                                            const TrainingCallbacks& callbacks) {
    TrainingProgress& progress = loop_.progress();
    check_fit(train, Net::input_extent, Net::outputs, "the training images");
    check_fit(train_again, Net::input_extent, Net::outputs, "the training images to evaluate");
    check_fit(test, Net::input_extent, Net::outputs, "the test images");
    if (progress.epoch >= options_.epochs) {
        raise<OptionError>("epochs: all " + std::to_string(options_.epochs) +
                           " are trained, so fit has nothing to do; call set_epochs to train more");
    }
    while (progress.epoch < options_.epochs) {
        EpochRecord record;
        const bool stopped = train_source(train, record, callbacks.after_batch) == Next::stop;
        record.train_accuracy_eval = detail::evaluate_source(network_, train_again, threads_).accuracy;
        const Evaluation result = detail::evaluate_source(network_, test, threads_);
        record.test_loss = result.loss;
        record.test_accuracy = result.accuracy;
        progress.history.epochs.push_back(record);
        if (callbacks.after_epoch && callbacks.after_epoch(record) == Next::stop) break;
        if (stopped) break;
    }
    return progress.history;
}

template <class Net, template <class> class OptimiserOf, LearningRate Rate>
Next Trainer<Net, OptimiserOf, Rate>::train_source(const TrainingSourceRef<T>& train, EpochRecord& record,
                                                   const std::function<Next(const BatchReport&)>& after_batch) {
    const auto rate = [&](const TrainingTime& time) {
        return checked_rate(rate_at(options_.learning_rate, time, history()), schedule_name<Rate>(), time);
    };
    const auto run = [&](const BatchRef<T>& batch, const LossRef<T>& loss, StepName name, FirstNonFinite* watch) {
        executor_.run(network_, batch, loss, name, watch);
    };
    const auto infinite_statistics = [&] {
        if constexpr (Net::over_batch) return executor_.node_with_infinite_statistics();
        return -1;
    };
    const auto gradient = [&] { return std::span<const T>(executor_.gradient()); };
    const auto update = [&](double by_rate) {
        if constexpr (Net::over_batch) executor_.track_statistics(network_);
        if (options_.max_grad_norm < std::numeric_limits<double>::max()) {
            clip_grad_norm(executor_.gradient(), options_.max_grad_norm);
        }
        optimiser_.step(network_.parameters(), executor_.gradient(), by_rate);
    };
    const detail::TrainingStep<T> step{view_of(network_),
                                       negative_log_likelihood<T, Net::outputs>,
                                       options_.label_smoothing,
                                       auxiliary_,
                                       rate,
                                       run,
                                       infinite_statistics,
                                       gradient,
                                       update};
    return loop_.train_epoch(step, train, record, after_batch);
}

}  // namespace norma::inline NORMA_TARGET
