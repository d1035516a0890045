#pragma once

#include <string>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET {

/// Which of two figures is better.
enum class Better { smaller, larger };

/// The figure of an epoch by which a schedule, early stopping and their like decide: the loss on the test samples,
/// unless another is named, as in `{"test_accuracy", Better::larger}`.
struct Monitor {
    std::string figure;               ///< its name, see `EpochRecord::figure`
    Better better = Better::smaller;  ///< an accuracy is better if it is larger

    // Not `figure = "test_loss"`: GCC 12 stops with an internal error at such options in the initialiser of a member.
    /// The loss on the test samples.
    Monitor() : figure("test_loss") {}
    /// The figure of this name.
    Monitor(std::string figure_name, Better which) : figure(std::move(figure_name)), better(which) {}

    /// The figure in `record`.
    /// @throws OptionError if it was not measured; the message names those that were.
    double of(const EpochRecord& record) const {
        const double value = record.figure(figure);
        if (!is_nan(value)) return value;
        std::string names;
        const auto add = [&](const std::string& name, double measured) {
            if (!is_nan(measured)) names += (names.empty() ? "" : ", ") + name;
        };
        for (const auto& one : detail::epoch_figures) add(one.name, record.*one.value);
        for (const NamedFigure& metric : record.metrics) add(metric.name, metric.value);
        raise<OptionError>({"monitor: '", printable(figure), "' was not measured in epoch ", record.epoch,
                            " (counted from 0), which has ", names,
                            "; figures of the test need test samples: fit(train, test)"});
    }

    /// Is `value` better than `other`?
    bool improves(double value, double other) const {
        return better == Better::smaller ? value < other : value > other;
    }
};

}  // namespace norma::inline NORMA_TARGET
