#include <algorithm>
#include <cstddef>

#include "kept_files.hpp"
#include "networks.hpp"
#include "norma/network/summary.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/update_bn.hpp"
#include "support/multiplies_in_bf16.hpp"
#include "train_epochs.hpp"
#include "training_batches.hpp"

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
    const EvaluatedBatches batches(job, training.batch_size);
    train_epochs(trainer, training.shuffled, batches, job, result);
    if constexpr (Net::over_batch) {
        progress.begin_recalibration();
        update_bn(network, batches.train, job.threads);
        RecalibratedRecord record;
        record.train_accuracy_eval = evaluate(network, batches.train, job.threads).accuracy;
        const Evaluation tested = evaluate(network, batches.test, job.threads);
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
