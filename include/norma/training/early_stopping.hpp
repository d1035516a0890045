#pragma once

#include <string>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"
#include "norma/training/callbacks.hpp"
#include "norma/training/history.hpp"
#include "norma/training/monitor.hpp"

namespace norma::inline NORMA_TARGET {

/// Options of EarlyStopping.
struct EarlyStoppingOptions {
    Monitor monitor{};     ///< the figure that should improve
    int patience = 3;      ///< epochs in a row without an improvement after which training stops
    double min_delta = 0;  ///< an improvement is larger than this
};

/// For `after_epoch`: stops a training when a figure of its epochs has not improved for `patience` epochs. It decides
/// by the training's history alone, so that a resumed training stops at the same epoch. It is called after an epoch, so
/// a training that it had stopped, and that is resumed, trains one epoch more; a program that may be started again asks
/// it before `fit`: `early_stopping({}) == Next::stop`.
/// @snippet examples_test.cpp EarlyStopping
class EarlyStopping {
public:
    /// For the training with this history, `trainer.history()`, which must outlive it.
    /// @throws OptionError if `patience` is below 1, or `min_delta` is negative or not finite.
    explicit EarlyStopping(const History& history, EarlyStoppingOptions options = {})
        : history_(&history), options_(std::move(options)) {
        if (options_.patience < 1) {
            raise<OptionError>({"patience: ", options_.patience, " is not at least 1 epoch"});
        }
        if (!is_finite(options_.min_delta) || options_.min_delta < 0) {
            raise<OptionError>({"min_delta: ", options_.min_delta, " is not a finite number of at least 0"});
        }
    }

    /// `stop` if the last `patience` epochs of the history brought no improvement.
    /// @throws OptionError if the monitor's figure was not measured in one of the epochs.
    Next operator()(const EpochRecord& /*record*/) const {
        const double delta = options_.monitor.better == Better::smaller ? -options_.min_delta : options_.min_delta;
        double best = 0;
        int waited = 0;
        for (bool is_first = true; const EpochRecord& record : history_->epochs) {
            const double value = options_.monitor.of(record);
            const bool improves = is_first || options_.monitor.improves(value, best + delta);
            is_first = false;
            if (improves) best = value;
            waited = improves ? 0 : waited + 1;
        }
        return waited >= options_.patience ? Next::stop : Next::go_on;
    }

private:
    const History* history_;
    EarlyStoppingOptions options_;
};

}  // namespace norma::inline NORMA_TARGET
