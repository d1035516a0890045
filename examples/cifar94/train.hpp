#pragma once

#include <algorithm>

#include "compare/options.hpp"
#include "compare/train_epochs.hpp"
#include "drawing/numbers.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/network/summary.hpp"
#include "norma/training/trainer.hpp"
#include "norma/training/views.hpp"
#include "recipe.hpp"

namespace norma::cifar94 {

/// What a network trains on.
using TrainingBatches = Batches<float, Dataset, RandomCrop, AlternatingFlip>;

template <class Net>
using RecipeTrainer = Trainer<Net, CrossEntropy, Sgd, PiecewiseLinear>;

/// A network and its trainer before the first epoch, with the settings of the recipe.
template <class Net>
struct Training {
    explicit Training(const compare::Job& job)
        : length(length_of(job.data.train.size(), job.options.batch,
                           job.options.recipe_epochs.value_or(std::min<double>(compare::recipe_epochs, job.epochs)))),
          shuffled(job.data.train,
                   {.batch_size = job.options.batch, .shuffle = true, .seed = job.seed, .drop_last = true},
                   RandomCrop{translation, PaddingMode::reflect}, AlternatingFlip{}),
          network(job.seed),
          trainer(network, job.threads,
                  {.epochs = job.epochs,
                   .loss = {.label_smoothing = label_smoothing},
                   .optimiser = {.momentum = job.options.momentum, .weight_decay = weight_decay, .nesterov = true},
                   .learning_rate = learning_rate(length, job.options.rate),
                   .seed = job.seed,
                   .parameters = group_of,
                   .lookahead = lookahead(length)}) {
        initialise(network.parameters(), parameter_infos<Net>(), job.data.train);
    }

    Length length;
    TrainingBatches shuffled;
    Net network;
    RecipeTrainer<Net> trainer;
};

/// See `compare::Verify`.
template <class Net>
void verify_training_of(const compare::Job& job, const std::string& norm) {
    length_of(job.data.train.size(), job.options.batch, 1);  // before any training begins
    if (!job.options.resume) return;
    Training<Net> training(job);
    compare::verify_training(training.trainer, training.shuffled, job, norm);
}

/// See `compare::Train`. At the end tests with six views.
template <class Net>
void train(const compare::Job& job, compare::NetworkResult& result) {
    result.parameters = Net::parameter_count;
    result.groups = job.network.groups;
    result.running_statistics = Net::over_batch;
    result.summary = summary<Net>();
    job.progress.begin_network(result.norm, static_cast<int>(Net::parameter_count));
    Training<Net> training(job);
    const compare::EvaluatedBatches batches(job, job.options.batch);
    compare::train_epochs(training.trainer, training.shuffled, batches, job, result,
                          {.steps = training.length.steps, .evaluate_train_once = true});
    result.views_accuracy = evaluate(training.network, batches.test, job.threads, translated_views()).accuracy;
    job.progress.say(result.norm + ": six views of each test image: " + drawing::fixed(*result.views_accuracy, 2) +
                     " %");
    compare::keep_weights(training.network, job, result);
}

/// How cifar94 trains a network with one norm.
template <class Net>
constexpr compare::ComparedNetwork::WithNorm with_norm{train<Net>, verify_training_of<Net>};

/// The network of cifar94, to be completed by its norms.
inline compare::ComparedNetwork airbench94(const char* precision) {
    return {.name = compare::recipe_network,
            .title = "airbench94",
            .precision = precision,
            .groups = 16,
            .one_pixel = false,
            .program = compare::recipe_network,
            .change =
                [](TrainTest& images) {
                    normalise(images.train);
                    normalise(images.test);
                },
            .full_batches = true,
            .compares_modes = false};
}

}  // namespace norma::cifar94
