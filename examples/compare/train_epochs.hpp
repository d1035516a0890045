#pragma once

#include <chrono>
#include <cstdint>

#include "interrupt.hpp"
#include "kept_files.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/measuring_reducer.hpp"
#include "norma/data/batches.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/evaluate.hpp"
#include "train.hpp"

namespace norma::compare {

/// Shows an evaluation's progress.
struct WatchEvaluation {
    Progress& progress;
    Reducer& processes;
    void operator()(int images) const {
        stop_if_asked(processes);
        progress.evaluated(images);
    }
};

/// The images of a job in their order, for evaluations that show their progress and stop at a signal.
class EvaluatedBatches {
public:
    EvaluatedBatches(const Job& job, int batch_size)
        : train_(job.data.train, {.batch_size = batch_size}),
          test_(job.data.test, {.batch_size = batch_size}),
          train(train_, {job.progress, job.threads.reducer()}),
          test(test_, {job.progress, job.threads.reducer()}) {}

private:
    Batches<float> train_, test_;

public:
    const Watched<Batches<float>, WatchEvaluation> train, test;
};

/// What the networks of a program change in `train_epochs`.
struct EpochsPlan {
    std::int64_t steps = 0;  ///< after which training ends, perhaps within an epoch; 0: after the job's epochs
    bool evaluate_train_once = false;  ///< the training images after the last epoch alone
};

/// Adds to `costs` what the steps that `train()` does take, if there are several processes. `trainer` does the steps.
template <class Training, class F>
void add_costs(const Training& trainer, Reducer& processes, StepCosts& costs, const F& train) {
    auto* const measured = dynamic_cast<MeasuringReducer*>(&processes);
    if (measured == nullptr || processes.alone()) return train();
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t before = trainer.progress().step;
    measured->reset();
    train();
    costs.steps += trainer.progress().step - before;
    costs.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    costs.exchanges += measured->costs();
}

/// Trains the epochs that are left, from the job's checkpoint if it resumes, and evaluates after each. Keeps a
/// checkpoint after each epoch, and when a signal stops it.
/// @throws as `Train`
template <class Training, class Source>
void train_epochs(Training& trainer, Source& shuffled, const EvaluatedBatches& batches, const Job& job,
                  NetworkResult& result, const EpochsPlan& plan = {}) {
    Progress& progress = job.progress;
    Reducer& processes = job.threads.reducer();
    if (resume_training(trainer, job, result)) {
        progress.resumed(trainer.progress().epoch, static_cast<int>(trainer.progress().epoch_mean.samples()));
    }
    std::int64_t seen = 0;
    const auto after_batch = [&](const BatchReport& batch) {
        progress.trained(batch, static_cast<int>(batch.samples - seen));
        seen = batch.samples;
        result.history.batch_loss.push_back(batch.loss);
        result.history.batch_accuracy.push_back(batch.accuracy);
        // Before the signal: a checkpoint after the last step, but within an epoch, would go on with that epoch.
        if (trainer.progress().step == plan.steps) return Next::stop;
        if (!stop_agreed(processes)) return Next::go_on;
        keep_training(trainer, job, result);
        return Next::stop;
    };
    const auto test_again = [&] {
        const Evaluation tested = evaluate(trainer.network(), batches.test, job.threads);
        result.predicted.assign(tested.predicted.begin(), tested.predicted.end());
        result.confidence.assign(tested.confidence.begin(), tested.confidence.end());
        return tested;
    };
    if (trainer.progress().epoch >= job.epochs) test_again();  // the checkpoint has all epochs
    for (int epoch = trainer.progress().epoch; epoch < job.epochs; ++epoch) {
        seen = trainer.progress().epoch_mean.samples();
        progress.begin_epoch(epoch, static_cast<int>(seen));
        const bool is_last = epoch + 1 == job.epochs;
        EpochRecord record;
        add_costs(trainer, processes, result.costs, [&] { trainer.train_epoch(shuffled, record, after_batch); });
        stop_if_asked(processes);  // no results for an incomplete epoch: they would mislead
        if (is_last) trainer.finish_lookahead();
        if (is_last || !plan.evaluate_train_once) {
            record.train_accuracy_eval = evaluate(trainer.network(), batches.train, job.threads).accuracy;
        }
        const Evaluation tested = test_again();
        record.test_loss = tested.loss;
        record.test_accuracy = tested.accuracy;
        result.history.epochs.push_back(record);
        keep_training(trainer, job, result);
        progress.end_epoch(record);
    }
}

}  // namespace norma::compare
