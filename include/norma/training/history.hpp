#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"
#include "norma/training/metrics.hpp"

namespace norma::inline NORMA_TARGET {

/// Results of one epoch. Losses are means per sample; accuracies are in percent. What was not measured is NaN.
struct EpochRecord {
    int epoch = 0;                              ///< counted from 0
    double learning_rate = 0;                   ///< at the epoch's first step
    double train_loss = 0;                      ///< running mean during the epoch, in training mode
    double train_accuracy = not_measured;       ///< running accuracy during the epoch, in training mode
    double train_accuracy_eval = not_measured;  ///< on the training samples after the epoch, in evaluation mode
    double test_loss = not_measured;            ///< after the epoch, in evaluation mode
    double test_accuracy = not_measured;        ///< after the epoch, in evaluation mode
    double seconds = 0;                         ///< of the training part alone, wall clock

    /// Figures of losses without classes, as their metrics name them: "train_mean_absolute_error",
    /// "test_r2", …; of the average of weights: "test_loss_of_average", …; in the order of their names.
    std::vector<NamedFigure> metrics = {};

    /// The figure of this name, also "test_loss", "train_accuracy" and their like; NaN if it was not measured.
    double figure(std::string_view name) const;
};

/// Results of the network after its running statistics were estimated again; accuracies in percent.
struct RecalibratedRecord {
    double train_accuracy_eval = 0;  ///< on the training images
    double test_loss = 0;            ///< mean per sample
    double test_accuracy = 0;        ///< on the test images
};

/// Results of one training, epoch by epoch and batch by batch.
struct History {
    std::vector<EpochRecord> epochs;                 ///< in order
    std::vector<double> batch_loss;                  ///< mean loss of each training batch, in order
    std::vector<double> batch_accuracy;              ///< accuracy of each training batch in percent, in order
    std::optional<RecalibratedRecord> recalibrated;  ///< of networks with batch norm, if the program sets it
};

namespace detail {
/// What ends the names of the figures of the average of weights (option `average`).
inline constexpr std::string_view of_average = "_of_average";

/// One figure of a record, with its name.
template <class Record>
struct Figure {
    const char* name;
    double Record::*value;
};
/// All figures of an epoch that have members, in their order in files.
inline constexpr std::array<Figure<EpochRecord>, 7> epoch_figures{
    {{"learning_rate", &EpochRecord::learning_rate},
     {"train_loss", &EpochRecord::train_loss},
     {"train_accuracy", &EpochRecord::train_accuracy},
     {"train_accuracy_eval", &EpochRecord::train_accuracy_eval},
     {"test_loss", &EpochRecord::test_loss},
     {"test_accuracy", &EpochRecord::test_accuracy},
     {"seconds", &EpochRecord::seconds}}};
inline constexpr std::array<Figure<RecalibratedRecord>, 3> recalibrated_figures{
    {{"train_accuracy_eval", &RecalibratedRecord::train_accuracy_eval},
     {"test_loss", &RecalibratedRecord::test_loss},
     {"test_accuracy", &RecalibratedRecord::test_accuracy}}};

/// Puts a figure in its place among `metrics`.
[[gnu::cold]] NORMA_NOINLINE inline void add_metric(EpochRecord& record, std::string name, double value) {
    std::vector<NamedFigure>& metrics = record.metrics;
    metrics.push_back({std::move(name), value});
    for (std::size_t i = metrics.size() - 1; i > 0 && metrics[i].name < metrics[i - 1].name; --i) {
        std::swap(metrics[i - 1], metrics[i]);
    }
}
/// Sets a figure of an epoch by its name, in a member if it has one; leaves out what is NaN.
NORMA_NOINLINE inline void set_figure(EpochRecord& record, const std::string& name, double value) {
    for (const auto& figure : epoch_figures) {
        if (figure.name == name) {
            record.*figure.value = value;
            return;
        }
    }
    if (!is_nan(value)) add_metric(record, name, value);
}
/// Sets the figures of an evaluation: of "accuracy" the figure before + "accuracy" + after.
inline void set_figures(EpochRecord& record, std::string_view before, std::string_view after,
                        const std::vector<NamedFigure>& figures) {
    for (const NamedFigure& figure : figures) {
        set_figure(record, joined_text({before, figure.name, after}), figure.value);
    }
}
}  // namespace detail

inline double EpochRecord::figure(std::string_view name) const {
    for (const auto& member : detail::epoch_figures) {
        if (member.name == name) return this->*member.value;
    }
    for (const NamedFigure& metric : metrics) {
        if (metric.name == name) return metric.value;
    }
    return not_measured;
}

}  // namespace norma::inline NORMA_TARGET
