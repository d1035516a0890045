#pragma once

#include <functional>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/history.hpp"
#include "norma/training/monitor.hpp"

namespace norma::inline NORMA_TARGET {

/// A copy of a network after its best epoch.
template <class Net>
struct BestNetwork {
    Net network;       ///< as it was then
    int epoch = 0;     ///< counted from 0
    double value = 0;  ///< of the figure by which it was the best
};

/// Options of KeepBest.
struct KeepBestOptions {
    Monitor monitor{};  ///< the figure whose best epoch is kept

    /// Called after each epoch that was the best so far, for instance to write its weights to a file:
    /// `[&] { save_weights(trainer.best()->network, "best.safetensors"); }`.
    std::function<void()> when_better{};
};

/// For `after_epoch`: keeps a copy of the network after its best epoch so far; if the figure is one of the average of
/// weights, such as "test_accuracy_of_average", a copy of the averaged network. The trainer holds the copy (`best()`),
/// so it is in checkpoints, and a resumed training keeps and restores the same.
/// @snippet examples_test.cpp KeepBest
template <class Training>
class KeepBest {
public:
    /// For the training of `trainer`, which must outlive it.
    explicit KeepBest(Training& trainer, KeepBestOptions options = {})
        : trainer_(&trainer), options_(std::move(options)) {}

    /// Keeps the network if the figure of `record` is better than that of the network kept before. Returns `go_on`.
    /// @throws OptionError if the figure was not measured.
    Next operator()(const EpochRecord& record) const {
        const double value = options_.monitor.of(record);
        auto& best = trainer_->best();
        if (best && !options_.monitor.improves(value, best->value)) return Next::go_on;
        const bool averaged = options_.monitor.figure.ends_with(detail::of_average);
        best = {averaged ? trainer_->averaged_network() : trainer_->network(), record.epoch, value};
        if (options_.when_better) options_.when_better();
        return Next::go_on;
    }

    /// Writes (`=`) the best network's parameters and running statistics to the trainer's network, and returns its
    /// epoch, counted from 0. The optimiser, and what the trainer averages, stay as they are.
    /// @throws OptionError if no epoch was kept.
    int restore() const {
        const auto& best = trainer_->best();
        if (!best) raise<OptionError>("best weights: no epoch was kept yet; give `fit` this object in `after_epoch`");
        trainer_->network() = best->network;
        return best->epoch;
    }

private:
    Training* trainer_;
    KeepBestOptions options_;
};

}  // namespace norma::inline NORMA_TARGET
