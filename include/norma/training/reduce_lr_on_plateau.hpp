#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/history.hpp"
#include "norma/training/learning_rate.hpp"
#include "norma/training/monitor.hpp"

namespace norma::inline NORMA_TARGET {

/// What a threshold of ReduceLROnPlateau is: a share of the best figure, or a difference from it.
enum class ThresholdMode { rel, abs };

/// Options of ReduceLROnPlateau, by PyTorch's names and defaults; PyTorch's `mode` is `monitor.better`.
struct PlateauOptions {
    double factor = 0.1;                                ///< the rate is multiplied by it
    int patience = 10;                                  ///< epochs in a row without an improvement that change nothing
    double threshold = 1e-4;                            ///< an improvement is larger than this
    ThresholdMode threshold_mode = ThresholdMode::rel;  ///< what the threshold is
    int cooldown = 0;                                   ///< epochs after a reduction that do not count
    double min_lr = 0;                                  ///< the smallest rate
    double eps = 1e-8;                                  ///< the rate stays if it would change by no more than this
    Monitor monitor{};                                  ///< the figure that should improve
};

/// A learning rate that is multiplied by `factor` when a figure of the epochs, such as the loss on the test samples,
/// has stopped improving for more than `patience` epochs: PyTorch's ReduceLROnPlateau, called after each epoch. The
/// rate follows from the history of the training alone, so that a resumed training goes on with the same rate. It is
/// for `fit`, which evaluates the test samples; `train_epoch` records no epoch.
class ReduceLROnPlateau {
public:
    /// For messages.
    static std::string name() { return "ReduceLROnPlateau"; }

    /// @throws OptionError if the initial rate is not above 0 and below 1,000,000, `factor` is not in [0, 1),
    /// `patience` or `cooldown` is negative, or `threshold`, `min_lr` or `eps` is negative or not finite.
    explicit ReduceLROnPlateau(double initial, PlateauOptions options = {})
        : initial_(initial), options_(std::move(options)) {
        detail::check_rate(initial);
        const PlateauOptions& o = options_;
        if (is_nan(o.factor) || !(o.factor >= 0 && o.factor < 1)) {
            raise<OptionError>({"factor: ", o.factor, " is not in 0 to below 1"});
        }
        const auto verify_count = [](const char* name, int count) {
            if (count < 0) raise<OptionError>({name, ": ", count, " is negative"});
        };
        verify_count("patience", o.patience);
        verify_count("cooldown", o.cooldown);
        const auto verify_number = [](const char* name, double number) {
            if (is_finite(number) && number >= 0) return;
            raise<OptionError>({name, ": ", number, " is not a finite number of at least 0"});
        };
        verify_number("threshold", o.threshold);
        verify_number("min_lr", o.min_lr);
        verify_number("eps", o.eps);
    }

    /// The rate after the epochs of `history`, at any time.
    /// @throws OptionError if the monitor's figure was not measured in one of them.
    double at(const TrainingTime& /*time*/, const History& history) const {
        double rate = initial_;
        double best = 0;
        int bad_epochs = 0;
        int cooldown = 0;
        for (bool is_first = true; const EpochRecord& record : history.epochs) {
            const double value = options_.monitor.of(record);
            if (is_first || options_.monitor.improves(value, bound(best))) {
                best = value;
                bad_epochs = 0;
            } else {
                ++bad_epochs;
            }
            is_first = false;
            if (cooldown > 0) {
                --cooldown;
                bad_epochs = 0;
            }
            if (bad_epochs <= options_.patience) continue;
            const double reduced = std::max(rate * options_.factor, options_.min_lr);
            if (rate - reduced > options_.eps) rate = reduced;
            cooldown = options_.cooldown;
            bad_epochs = 0;
        }
        return rate;
    }

    /// Its options, as names and values, so that a training is not resumed with other ones by mistake.
    std::vector<Setting> settings() const {
        const PlateauOptions& o = options_;
        return {{"learning rate: initial", setting_text(initial_)},
                {"learning rate: factor", setting_text(o.factor)},
                {"learning rate: patience", setting_text(o.patience)},
                {"learning rate: threshold", setting_text(o.threshold)},
                {"learning rate: threshold mode", o.threshold_mode == ThresholdMode::rel ? "rel" : "abs"},
                {"learning rate: cooldown", setting_text(o.cooldown)},
                {"learning rate: min_lr", setting_text(o.min_lr)},
                {"learning rate: eps", setting_text(o.eps)},
                {"learning rate: figure", o.monitor.figure},
                {"learning rate: mode", o.monitor.better == Better::smaller ? "min" : "max"}};
    }

private:
    /// What a figure must be better than, to count as an improvement of `best`.
    double bound(double best) const {
        const double change = options_.monitor.better == Better::smaller ? -options_.threshold : options_.threshold;
        return options_.threshold_mode == ThresholdMode::rel ? best * (1 + change) : best + change;
    }

    double initial_;
    PlateauOptions options_;
};

}  // namespace norma::inline NORMA_TARGET
