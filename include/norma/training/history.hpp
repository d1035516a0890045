#pragma once

#include <array>
#include <optional>
#include <vector>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Results of one epoch. Losses are means per sample; accuracies are in percent.
struct EpochRecord {
    int epoch = 0;                   ///< counted from 0
    double learning_rate = 0;        ///< at the epoch's first step
    double train_loss = 0;           ///< running mean during the epoch, in training mode
    double train_accuracy = 0;       ///< running accuracy during the epoch, in training mode
    double train_accuracy_eval = 0;  ///< on the same images after the epoch, in evaluation mode
    double test_loss = 0;            ///< after the epoch, in evaluation mode
    double test_accuracy = 0;        ///< after the epoch, in evaluation mode
    double seconds = 0;              ///< of the training part alone, wall clock
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
/// One figure of a record, with its name.
template <class Record>
struct Figure {
    const char* name;
    double Record::*value;
};
/// All figures of an epoch, in their order in files.
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
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
