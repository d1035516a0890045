#pragma once

#include "norma/core/inline.hpp"
#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/training/evaluate.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Evaluates a network after an epoch, and writes its figures to `record`: of "accuracy" the figure before + "accuracy"
/// + after. `loss_figure`, if any, is that of the loss.
/// @throws DataError, TrainingError as `evaluate`
template <class Net, class Source, class Loss>
NORMA_NOINLINE void evaluate_epoch(EpochRecord& record, const Net& network, const Source& source, Threads& threads,
                                   const Loss& loss, const char* before, const char* after, const char* loss_figure) {
    const auto result = evaluate_source(network, source, threads, loss, {}, Wanted::figures);
    if (loss_figure != nullptr) set_figure(record, loss_figure, result.loss);
    if constexpr (requires { result.figures(); }) set_figures(record, before, after, result.figures());
}

}  // namespace norma::inline NORMA_TARGET::detail
