#pragma once

#include <cstdint>

#include "norma/core/target.hpp"
#include "norma/training/history.hpp"
#include "norma/training/metrics.hpp"

namespace norma::inline NORMA_TARGET {

/// Where a training stands between two batches. With the numbers of the network and of the optimiser it is all that the
/// rest of the training depends on: random numbers are named by seed and step, so they have no state of their own.
struct TrainingProgress {
    int epoch = 0;           ///< that is under way or comes next, counted from 0
    int batch = 0;           ///< of the epoch, that comes next
    std::uint32_t step = 0;  ///< steps of the optimiser so far
    std::uint64_t seed = 1;  ///< of dropout
    double seconds = 0;      ///< that the epoch has taken so far
    RunningMean epoch_mean;  ///< of the epoch so far
    History history;         ///< so far

    /// What the last epoch was, or is being, trained on. A training that is resumed goes on with the same or not at
    /// all; all 0 lets the next epoch have any.
    int batches = 0;           ///< of the epoch
    int batch_size = 0;        ///< of a whole batch
    std::int64_t samples = 0;  ///< of the epoch
};

}  // namespace norma::inline NORMA_TARGET
