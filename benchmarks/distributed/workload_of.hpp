#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cifar94/recipe.hpp"
#include "distributed/workload.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/random_crop.hpp"
#include "norma/data/random_flip.hpp"
#include "norma/network/plan_view.hpp"
#include "norma/training/trainer.hpp"
#include "support/random_dataset.hpp"

namespace norma::bench {

/// The recipe's batches. They tell when an epoch begins.
struct WatchedBatches : Batches<float, Dataset, RandomCrop, AlternatingFlip> {
    using Batches::Batches;

    void start_epoch(int epoch) {
        begin();
        Batches::start_epoch(epoch);
    }
    std::function<void()> begin;
};

/// Trains a network on random images, as the 94 % recipe does but for Lookahead. The rate is 0: whatever the gradients
/// are, the weights stay as they are.
template <class Net>
class WorkloadOf : public Workload {
    static constexpr int images = 8192;

public:
    WorkloadOf(Threads& threads, int batch)
        : data_(random_dataset(images)),
          batches_(data_, {.batch_size = batch, .shuffle = true},
                   RandomCrop{cifar94::translation, PaddingMode::reflect}, AlternatingFlip{}),
          network_(1),
          trainer_(network_, threads,
                   {.loss = {.label_smoothing = cifar94::label_smoothing},
                    .optimiser = {.momentum = 0.85, .weight_decay = cifar94::weight_decay, .nesterov = true},
                    .learning_rate = PiecewiseLinear({{0, 0}})}) {}

    double train(int steps, const StepWatch& watch) override {
        batches_.begin = watch.begin;
        double seconds = 0;
        for (int left = steps; left > 0;) {
            EpochRecord record;
            trainer_.train_epoch(batches_, record,
                                 [&](const BatchReport&) { return --left > 0 ? Next::go_on : Next::stop; });
            watch.end();
            seconds += record.seconds;
        }
        return seconds;
    }

private:
    Dataset data_;
    WatchedBatches batches_;
    Net network_;
    Trainer<Net, CrossEntropy, Sgd, PiecewiseLinear> trainer_;
};

/// The entry of a network type.
template <class Net>
WorkloadEntry entry_of(const std::string& id, const std::string& title) {
    return {id, title, Net::parameter_count, plan_view<Net, training_mode>().block,
            [](Threads& threads, int batch) -> std::unique_ptr<Workload> {
                return std::make_unique<WorkloadOf<Net>>(threads, batch);
            }};
}

}  // namespace norma::bench
