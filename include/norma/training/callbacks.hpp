#pragma once

#include <cstdint>
#include <functional>

#include "norma/core/target.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET {

/// State of a training after a batch.
struct BatchReport {
    int epoch = 0;                ///< counted from 0
    int batch = 0;                ///< counted from 0
    int batches = 0;              ///< of the epoch
    std::int64_t samples = 0;     ///< of the epoch so far
    double loss = 0;              ///< of this batch, mean per sample
    double accuracy = 0;          ///< of this batch, percent
    double running_loss = 0;      ///< of the epoch so far, mean per sample
    double running_accuracy = 0;  ///< of the epoch so far, percent
    double seconds = 0;           ///< of the epoch so far
    double learning_rate = 0;     ///< of this batch's step
};

/// What training does next.
enum class Next { go_on, stop };

/// Functions that training calls; empty ones are skipped. After `stop` the current epoch ends and is recorded.
struct TrainingCallbacks {
    std::function<Next(const BatchReport&)> after_batch;  ///< called after each step
    std::function<Next(const EpochRecord&)> after_epoch;  ///< called after each evaluation
};

}  // namespace norma::inline NORMA_TARGET
