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
    std::string figure;               ///< its name in `EpochRecord`
    Better better = Better::smaller;  ///< an accuracy is better if it is larger

    // Not `figure = "test_loss"`: GCC 12 stops with an internal error at such options in the initialiser of a member.
    /// The loss on the test samples.
    Monitor() : figure("test_loss") {}
    /// The figure of this name.
    /// @throws OptionError if an epoch has no figure of this name.
    Monitor(std::string figure_name, Better which) : figure(std::move(figure_name)), better(which) { validate(); }

    /// The figure in `record`.
    /// @throws OptionError if it has no figure of this name, or that was not measured.
    double of(const EpochRecord& record) const {
        const double value = record.*known().value;
        if (!is_nan(value)) return value;
        raise<OptionError>("monitor: " + figure + " was not measured in epoch " + std::to_string(record.epoch) +
                           " (counted from 0); give `fit` test samples, or name another figure");
    }
    /// Validates the name.
    /// @throws OptionError if an epoch has no figure of this name.
    void validate() const { static_cast<void>(known()); }

    /// Is `value` better than `other`?
    bool improves(double value, double other) const {
        return better == Better::smaller ? value < other : value > other;
    }

private:
    const detail::Figure<EpochRecord>& known() const {
        std::string names;
        for (const auto& one : detail::epoch_figures) {
            if (figure == one.name) return one;
            names += (names.empty() ? "" : ", ") + std::string(one.name);
        }
        raise<OptionError>("monitor: an epoch has no figure '" + printable(figure) + "'; it has " + names);
    }
};

}  // namespace norma::inline NORMA_TARGET
