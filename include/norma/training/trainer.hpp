#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/inline.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/executor.hpp"
#include "norma/network/loss_ref.hpp"
#include "norma/network/network_view.hpp"
#include "norma/network/parameter_info.hpp"
#include "norma/training/auxiliary.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/cross_entropy.hpp"
#include "norma/training/evaluate_epoch.hpp"
#include "norma/training/history.hpp"
#include "norma/training/keep_best.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/loss.hpp"
#include "norma/training/metrics.hpp"
#include "norma/training/network_numbers.hpp"
#include "norma/training/optimiser.hpp"
#include "norma/training/options.hpp"
#include "norma/training/parameter_groups.hpp"
#include "norma/training/progress.hpp"
#include "norma/training/same_everywhere.hpp"
#include "norma/training/sgd.hpp"
#include "norma/training/source.hpp"
#include "norma/training/source_ref.hpp"
#include "norma/training/training_loop.hpp"
#include "norma/training/weight_update.hpp"

namespace norma::inline NORMA_TARGET {

/// Trains a network on the mean of a loss, by an optimiser and a schedule such as `Trainer<Net, CrossEntropy, AdamW,
/// OneCycleLR>`; the defaults are `CrossEntropy`, `Sgd` and `StepLR`. It keeps the optimiser's state, so that a program
/// can train epoch by epoch. The processes of the threads' reducer train one network together: all call the same.
/// @snippet examples_test.cpp Trainer
template <class Net, class Loss = CrossEntropy, template <class> class OptimiserOf = Sgd, LearningRate Rate = StepLR>
class Trainer {
    using T = typename Net::Scalar;
    using Target = typename Loss::Target;
    using Source = SourceRef<T, Target>;
    using TrainingSource = TrainingSourceRef<T, Target>;
    static_assert(Optimiser<OptimiserOf<T>, T>,
                  "norma: an optimiser needs a type Options, a constructor from a number of parameters (and optionally "
                  "std::span<const ParameterInfo>) and Options, step(parameters, gradient, rate), and state(), a range "
                  "of StateArray.");

public:
    /// What its constructor takes.
    using Options = BasicTrainingOptions<Loss, typename OptimiserOf<T>::Options, Rate>;

    /// The network and the threads must outlive the trainer.
    /// @throws OptionError if an option is outside its range.
    [[gnu::cold]] Trainer(Net& network, Threads& threads, const Options& options = {});
    /// Refuses options of another loss, optimiser or schedule by a compile error of one sentence.
    template <class OtherLoss, class Optimisers, LearningRate Schedule>
        requires(!std::same_as<BasicTrainingOptions<OtherLoss, Optimisers, Schedule>, Options>)
    Trainer(Net& network, Threads& threads, const BasicTrainingOptions<OtherLoss, Optimisers, Schedule>&)
        : Trainer(network, threads, never_made()) {
        detail::assert_same_options<Options, BasicTrainingOptions<OtherLoss, Optimisers, Schedule>>();
    }

    /// Trains `options.epochs` epochs, and evaluates on `test` after each, also the average of weights if there is one.
    /// A second call trains as many more. After a callback stopped it, or `resume`, it goes on to the last of the
    /// epochs that were begun.
    /// @throws DataError if there are no samples, they do not fit the network, or a target does not fit (a label is out
    /// of range).
    /// @throws TrainingError if an input, a loss, a batch's statistics or a gradient is not finite (the message names
    /// the sample, or the layer where it began), or if a batch is too small for its norm. The network and the history
    /// are then as after the last good batch.
    /// @throws OptionError if training was resumed and `train` is not the same data as before (`verify_source`), if all
    /// epochs were done before it was resumed (`set_epochs`), or if the schedule gives an invalid rate.
    template <BatchSource<T> Train, BatchSource<T> Test>
    const History& fit(Train& train, const Test& test, const TrainingCallbacks& callbacks = {}) {
        const Source tested(test);
        return fit_sources(TrainingSource(train), nullptr, &tested, callbacks);
    }
    /// The same without an evaluation.
    template <BatchSource<T> Train>
    const History& fit(Train& train, const TrainingCallbacks& callbacks = {}) {
        return fit_sources(TrainingSource(train), nullptr, nullptr, callbacks);
    }
    /// The same as the first, and evaluates the training samples too, as `train_again` gives them: without
    /// augmentation.
    template <BatchSource<T> Train, BatchSource<T> TrainAgain, BatchSource<T> Test>
    const History& fit(Train& train, const TrainAgain& train_again, const Test& test,
                       const TrainingCallbacks& callbacks = {}) {
        const Source again(train_again);
        const Source tested(test);
        return fit_sources(TrainingSource(train), &again, &tested, callbacks);
    }
    /// Refuses what is neither batches nor callbacks by a compile error of one sentence.
    template <class... Given>
        requires(... || detail::is_not_for_fit<Given, T, TrainingCallbacks>)
    const History& fit(Given&&...) {
        return detail::assert_batches<sizeof...(Given) == 0>(), history();
    }

    /// Sets the number of epochs of `fit`, so that training ends later or sooner. Nothing else changes, also not the
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
        Next next = Next::go_on;
        threads_.reducer().together([&] { next = train_source(TrainingSource(train), record, after_batch); });
        return next;
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

    /// The best network so far, which `KeepBest` keeps; it is in checkpoints.
    std::optional<BestNetwork<Net>>& best() { return best_; }
    /// The same, to read.
    const std::optional<BestNetwork<Net>>& best() const { return best_; }

    /// The options.
    const Options& options() const { return options_; }
    /// The results so far.
    const History& history() const { return loop_.progress().history; }
    /// The network that it trains.
    Net& network() { return network_; }
    /// The same, to read.
    const Net& network() const { return network_; }
    /// Gradient of the last batch as the optimiser got it, so after clipping; empty before the first one.
    std::span<const T> gradient() {
        return executor_ ? std::span<const T>(executor_->gradient()) : std::span<const T>();
    }
    /// The optimiser, with its state.
    OptimiserOf<T>& optimiser() { return optimiser_; }
    /// The same, to read.
    const OptimiserOf<T>& optimiser() const { return optimiser_; }
    /// A copy of the network with its averaged numbers (option `average`), to evaluate or to save; before the first of
    /// them, a copy of the network.
    Net averaged_network() const {
        Net averaged = network_;
        update_.copy_average_to(detail::numbers_of(averaged));
        return averaged;
    }
    /// Gives the network (`=`) the slow weights of lookahead, at the end of a training. `fit` does this before it
    /// evaluates its last epoch; a program that stops sooner or calls `train_epoch` does it itself.
    void finish_lookahead() { update_.finish(detail::numbers_of(network_)); }
    /// What checkpoints keep of lookahead, average and gradients of several batches.
    detail::WeightUpdate<T>& weight_update() { return update_; }
    /// The same, to read.
    const detail::WeightUpdate<T>& weight_update() const { return update_; }
    /// Bytes of activations, gradients and the optimiser's state. Activations and gradients count from the first epoch
    /// on, for the largest `batch_size()` of the sources so far.
    std::size_t memory() const {
        std::size_t bytes = executor_ ? executor_->memory() : 0;
        for (const StateArray<const T>& array : optimiser_.state()) bytes += array.values.size_bytes();
        update_.visit_state([](const std::string&, auto) {},
                            [&](const std::string&, auto numbers) { bytes += numbers.size_bytes(); });
        return bytes;
    }

private:
    static const Options& never_made();  ///< not defined, only for code that does not compile

    NORMA_NOINLINE void evaluate_average(EpochRecord& record, const Source& test) {
        detail::evaluate_epoch(record, averaged_network(), test, threads_, options_.loss, "test_", "_of_average",
                               "test_loss_of_average");
    }
    static Owned<detail::TrainedGroups> groups_of(const OptionalRule& rule) {
        if (rule.code().make == nullptr) return {};
        return rule.code().make(rule, Net::graph.nodes, state_names<Net>, GroupOptimiser<OptimiserOf<T>, T>);
    }

    /// `fit` and `train_epoch`, whatever the types of the sources; null is none.
    const History& fit_sources(const TrainingSource& train, const Source* train_again, const Source* test,
                               const TrainingCallbacks& callbacks);
    Next train_source(const TrainingSource& train, EpochRecord& record,
                      const std::function<Next(const BatchReport&)>& after_batch);

    Net& network_;
    Threads& threads_;
    Options options_;
    Owned<Executor<Net, training_mode>> executor_;  ///< null before the first epoch
    OptimiserOf<T> optimiser_;
    detail::WeightUpdate<T> update_;
    detail::TrainingLoop<T, Loss> loop_;
    std::optional<BestNetwork<Net>> best_;
    std::vector<double> auxiliary_;  ///< weights of the losses of auxiliary heads
};

// These are outside the class, so that they are not inline: a file that declares the network by NORMA_EXTERN does not
// compile them.
template <class Net, class Loss, template <class> class OptimiserOf, LearningRate Rate>
Trainer<Net, Loss, OptimiserOf, Rate>::Trainer(Net& network, Threads& threads, const Options& options)
    : network_(network),
      threads_(threads),
      options_(options),
      optimiser_(detail::make_optimiser<OptimiserOf<T>>(
          network.parameters().size(), []<class N = Net>() { return parameter_infos<N>(); }, options.optimiser)),
      update_(groups_of(options.parameters), options.lookahead, options.average, options.batches_per_step,
              options.max_grad_norm, detail::numbers_of(network)),
      loop_(options.seed),
      auxiliary_(weights_of_heads<Net>(options_.auxiliary)) {
    detail::assert_loss_fits<Net, Loss>();
    if constexpr (requires { optimiser_.set_threads(threads); }) optimiser_.set_threads(threads);
    static_assert(
        !Net::layers_fit || detail::heads_are_outputs<Net>(),
        "norma: a Trainer needs auxiliary heads (Tap<name, layers...>) that end in the shape of the network's "
        "output: for classes, in one number per class.");
    validate_options(options);
    detail::validate_loss(options.loss, Net::output_extent);
}

template <class Net, class Loss, template <class> class OptimiserOf, LearningRate Rate>
const History& Trainer<Net, Loss, OptimiserOf, Rate>::fit_sources(const TrainingSource& train,
                                                                  const Source* train_again, const Source* test,
                                                                  const TrainingCallbacks& callbacks) {
    threads_.reducer().together([&] {
        TrainingProgress& progress = loop_.progress();
        constexpr int outputs = Net::output_extent.channels;
        check_fit(train, Net::input_extent, outputs, "the training samples");
        if (train_again != nullptr)
            check_fit(*train_again, Net::input_extent, outputs, "the training samples to evaluate");
        if (test != nullptr) check_fit(*test, Net::input_extent, outputs, "the test samples");
        loop_.verify_more_epochs(options_.epochs);
        if (train_again == nullptr && options_.evaluate_train) train_again = &train;
        const int end = (progress.epoch / options_.epochs + 1) * options_.epochs;
        while (progress.epoch < end) {
            EpochRecord record;
            const bool stopped = train_source(train, record, callbacks.after_batch) == Next::stop;
            if (progress.epoch == end && !stopped) finish_lookahead();
            const auto evaluate_on = [&](const Net& network, const Source& source, const char* before,
                                         const char* after, const char* loss_figure) {
                detail::evaluate_epoch(record, network, source, threads_, options_.loss, before, after, loss_figure);
            };
            if (train_again != nullptr) evaluate_on(network_, *train_again, "train_", "_eval", nullptr);
            if (test != nullptr) evaluate_on(network_, *test, "test_", "", "test_loss");
            if (test != nullptr && update_.evaluates_average()) evaluate_average(record, *test);
            progress.history.epochs.push_back(record);
            const bool stops = callbacks.after_epoch && callbacks.after_epoch(record) == Next::stop;
            if (threads_.reducer().any(stops, {Reducer::after_epoch, 0}) || stopped) break;
        }
    });
    return history();
}

template <class Net, class Loss, template <class> class OptimiserOf, LearningRate Rate>
Next Trainer<Net, Loss, OptimiserOf, Rate>::train_source(const TrainingSource& train, EpochRecord& record,
                                                         const std::function<Next(const BatchReport&)>& after_batch) {
    check_fit(train, Net::input_extent, Net::output_extent.channels, "the training samples");
    if (!threads_.reducer().alone()) detail::verify_same_options(threads_.reducer(), *this);
    if (!executor_ || train.batch_size() < 1 || executor_->most_samples() < train.batch_size()) {
        executor_ = {};  // first, so that there are never two
        executor_ = Owned<Executor<Net, training_mode>>(new Executor<Net, training_mode>(threads_, train.batch_size()));
    }
    Executor<Net, training_mode>& executor = *executor_;
    const auto rate = [&](const TrainingTime& time) {
        return checked_rate(rate_at(options_.learning_rate, time, history()), schedule_name<Rate>(), time);
    };
    const auto run = [&](const BatchRef<T>& batch, const LossRef<T>& loss, StepName name, FirstNonFinite* watch) {
        executor.run(network_, batch, loss, name, watch);
    };
    const auto infinite_statistics = [&] {
        if constexpr (Net::over_batch) return executor.node_with_infinite_statistics();
        return -1;
    };
    const auto gradient = [&] { return std::span<const T>(executor.gradient()); };
    const auto processes = [&] { return executor.sample_begins(); };
    const detail::NetworkNumbers<T> numbers = detail::numbers_of(network_);
    update_.begin_epoch(numbers, loop_.progress().epoch);
    if constexpr (Net::over_batch) executor.use_running_statistics(update_.frozen_norms());
    const auto update = [&](double by_rate, double weight, const TrainingTime& time) {
        if constexpr (Net::over_batch) executor.track_statistics(network_);
        update_.step(optimiser_, numbers, executor.gradient(), weight, by_rate, time);
    };
    const detail::TrainingStep<T, Loss> step{
        view_of(network_), options_.loss, auxiliary_,         rate,     run, infinite_statistics,
        gradient,          update,        threads_.reducer(), processes};
    return loop_.train_epoch(step, train, record, after_batch);
}

}  // namespace norma::inline NORMA_TARGET
