#pragma once

#include <string>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Evaluates the network after an epoch, and writes the loss and the figures to `record`. A null source is none.
/// @throws DataError, TrainingError as `evaluate`
template <class Net, class Source, class Loss>
void evaluate_epoch(EpochRecord& record, const Net& network, const Source* train, const Source* test, Threads& threads,
                    const Loss& loss) {
    const auto evaluated = [&](const Source& source) {
        return evaluate_source(network, source, threads, loss, {}, Wanted::figures);
    };
    if (train != nullptr) set_figures(record, "train_", "_eval", evaluated(*train));
    if (test == nullptr) return;
    const auto result = evaluated(*test);
    record.test_loss = result.loss;
    set_figures(record, "test_", "", result);
}

/// The same of the average of weights: "test_loss_of_average", "test_accuracy_of_average" and their like.
/// @throws DataError, TrainingError as `evaluate`
template <class Net, class Source, class Loss>
void evaluate_average(EpochRecord& record, const Net& averaged, const Source& test, Threads& threads,
                      const Loss& loss) {
    const auto result = evaluate_source(averaged, test, threads, loss, {}, Wanted::figures);
    const std::string behind(of_average);
    set_figure(record, "test_loss" + behind, result.loss);
    set_figures(record, "test_", behind, result);
}

}  // namespace norma::inline NORMA_TARGET::detail
