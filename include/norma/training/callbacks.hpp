#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

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
    double accuracy = 0;          ///< of this batch, percent; NaN if the loss has no accuracy
    double running_loss = 0;      ///< of the epoch so far, mean per sample
    double running_accuracy = 0;  ///< of the epoch so far, percent; NaN as above
    double seconds = 0;           ///< of the epoch so far
    double learning_rate = 0;     ///< of this batch's step

    /// What the loss's metrics name besides the loss: "accuracy", "mean_absolute_error", …; empty if nothing.
    std::string_view figure_name = {};
    double figure = 0;          ///< that figure of this batch
    double running_figure = 0;  ///< that figure of the epoch so far
};

/// What training does next.
enum class Next { go_on, stop };

/// Functions that training calls; empty ones are skipped. After `stop` the current epoch ends and is recorded.
struct TrainingCallbacks {
    std::function<Next(const BatchReport&)> after_batch = {};  ///< called after each step
    std::function<Next(const EpochRecord&)> after_epoch = {};  ///< called after each evaluation
};

/// One callback of several: calls each of them in order, and returns `stop` if one of them did. A callback may return
/// nothing, which is `go_on`.
/// @snippet examples_test.cpp EarlyStopping
template <class... Callbacks>
auto in_turn(Callbacks... callbacks) {
    return [... callbacks = std::move(callbacks)](const auto& report) mutable {
        Next next = Next::go_on;
        const auto call = [&](auto& callback) {
            if constexpr (std::is_void_v<decltype(callback(report))>) {
                callback(report);
            } else if (callback(report) == Next::stop) {
                next = Next::stop;
            }
        };
        (call(callbacks), ...);
        return next;
    };
}

}  // namespace norma::inline NORMA_TARGET
