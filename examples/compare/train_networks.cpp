#include <algorithm>
#include <cstddef>

#include "interrupt.hpp"
#include "kept_files.hpp"
#include "networks.hpp"
#include "norma/data/batches.hpp"
#include "norma/network/summary.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"
#include "support/multiplies_in_bf16.hpp"
#include "train.hpp"

namespace norma::compare {
namespace {

/// Network and trainer before the first epoch.
template <class Norm>
struct Training {
    explicit Training(const Job& job)
        : batch_size(static_cast<int>(std::min(static_cast<std::size_t>(job.options.batch), job.data.train.size()))),
          shuffled(job.data.train, {.batch_size = batch_size, .shuffle = true, .seed = job.seed},
                   RandomCrop{job.options.crop}, RandomFlip{job.options.flip ? 0.5 : 0}),
          network(job.seed),
          trainer(network, job.threads,
                  {.epochs = job.epochs,
                   .optimiser = {.momentum = job.options.momentum},
                   .learning_rate = StepLR(job.options.rate, job.options.step, job.options.gamma),
                   .seed = job.seed}) {}

    int batch_size;  ///< at most the number of images, because memory is allocated for a full batch
    TrainingBatches shuffled;
    ComparedNet<Norm> network;
    Trainer<ComparedNet<Norm>> trainer;
};

/// See `Verify`.
template <class Norm>
void verify_norm(const Job& job, const std::string& name) {
    if (!job.options.resume) return;
    Training<Norm> training(job);
    verify_training(training.trainer, training.shuffled, job, name);
}

/// See `Train`.
template <class Norm>
void train_norm(const Job& job, NetworkResult& result) {
    using Net = ComparedNet<Norm>;
    Progress& progress = job.progress;
    result.parameters = Net::parameter_count;
    result.groups = NORMA_ZOO_GROUPS;
    result.running_statistics = Net::over_batch;
    result.summary = summary<Net>();
    progress.begin_network(result.norm, Net::parameter_count);

    Training<Norm> training(job);
    Net& network = training.network;
    Trainer<Net>& trainer = training.trainer;
    const Batches<float> train_in_order(job.data.train, {.batch_size = training.batch_size});
    const Batches<float> test_in_order(job.data.test, {.batch_size = training.batch_size});
    const auto watch = [&](int images) {
        stop_if_asked();
        progress.evaluated(images);
    };
    const Watched train(train_in_order, watch);
    const Watched test(test_in_order, watch);

    if (resume_training(trainer, job, result)) {
        progress.resumed(trainer.progress().epoch, static_cast<int>(trainer.progress().epoch_mean.samples()));
    }
    std::int64_t seen = 0;
    const auto after_batch = [&](const BatchReport& batch) {
        progress.trained(batch, static_cast<int>(batch.samples - seen));
        seen = batch.samples;
        result.history.batch_loss.push_back(batch.loss);
        result.history.batch_accuracy.push_back(batch.accuracy);
        if (stop_signal() == 0) return Next::go_on;
        keep_training(trainer, job, result);
        return Next::stop;
    };
    const auto test_again = [&] {
        const Evaluation tested = evaluate(network, test, job.threads);
        result.predicted.assign(tested.predicted.begin(), tested.predicted.end());
        result.confidence.assign(tested.confidence.begin(), tested.confidence.end());
        return tested;
    };
    if (trainer.progress().epoch >= job.epochs) test_again();  // the checkpoint has all epochs
    for (int epoch = trainer.progress().epoch; epoch < job.epochs; ++epoch) {
        seen = trainer.progress().epoch_mean.samples();
        progress.begin_epoch(epoch, static_cast<int>(seen));
        EpochRecord record;
        trainer.train_epoch(training.shuffled, record, after_batch);
        stop_if_asked();  // no results for an incomplete epoch: they would mislead
        record.train_accuracy_eval = evaluate(network, train, job.threads).accuracy;
        const Evaluation tested = test_again();
        record.test_loss = tested.loss;
        record.test_accuracy = tested.accuracy;
        result.history.epochs.push_back(record);
        keep_training(trainer, job, result);
        progress.end_epoch(record);
    }
    if constexpr (Net::over_batch) {
        progress.begin_recalibration();
        update_bn(network, train, job.threads);
        RecalibratedRecord record;
        record.train_accuracy_eval = evaluate(network, train, job.threads).accuracy;
        const Evaluation tested = evaluate(network, test, job.threads);
        record.test_loss = tested.loss;
        record.test_accuracy = tested.accuracy;
        result.history.recalibrated = record;
        progress.end_recalibration(record);
    }
    keep_weights(network, job, result);
}

/// Has a norm over the batch one value per channel in a batch of one image?
constexpr bool has_one_pixel() {
    for (const Node& node : ComparedNet<BatchNorm>::graph.nodes) {
        if (node.facts.statistics_count > 0 && values_per_mean(1, *norm_in(node)) < 2) return true;
    }
    return false;
}

template <class Norm>
constexpr ComparedNetwork::WithNorm with_norm{train_norm<Norm>, verify_norm<Norm>};

}  // namespace

const ComparedNetwork& compared_network() {
    using Net = ComparedNet<BatchNorm>;
    static constexpr ComparedNetwork network{
        NORMA_ZOO_NAME,       NORMA_ZOO_TITLE,
        NORMA_ZOO_PRECISION,  Net::precision == Precision::bf16 && !examples::multiplies_in_bf16<Net>(),
        NORMA_ZOO_GROUPS,     has_one_pixel(),
        with_norm<BatchNorm>, with_norm<GroupNorm<NORMA_ZOO_GROUPS>>,
        with_norm<LayerNorm>, with_norm<NoNorm>};
    return network;
}

}  // namespace norma::compare
