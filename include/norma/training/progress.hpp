#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/setting.hpp"
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
    int batches = 0;            ///< of the epoch
    int batch_size = 0;         ///< of a whole batch
    std::int64_t samples = 0;   ///< of the epoch
    std::vector<Setting> data;  ///< what the source tells of itself, if it does (`BatchSource`)
};

/// Can a training of this seed go on from `progress`?
/// @throws OptionError if that was made with another seed, or stands at a batch that its epoch does not have; the
/// message begins with `place`.
inline void verify_progress(const TrainingProgress& progress, std::uint64_t seed, const std::string& place = {}) {
    if (progress.seed != seed) {
        raise<OptionError>(place + "seed: this training has " + std::to_string(seed) +
                           ", but what it is to go on with was trained with " + std::to_string(progress.seed));
    }
    if (progress.batch < 0 || progress.batch > progress.batches) {
        raise<OptionError>(place + "progress: " + std::to_string(progress.batch) +
                           " batches of the epoch are done, but the epoch has " + std::to_string(progress.batches));
    }
}

/// What a source of batches tells of itself by `settings()`; nothing if it has none.
template <class Source>
std::vector<Setting> settings_of_source(Source& source) {
    std::vector<Setting> settings;
    if constexpr (requires { source.settings(); }) {
        for (const Setting& setting : source.settings()) settings.push_back(setting);
    }
    return settings;
}

/// Can a training that is resumed from `progress` go on with the batches of `train`?
/// @throws OptionError if the epoch that it was made in had another number of them, of another size, or of another
/// number of samples, or if what the source tells of itself has changed; the message begins with `place`.
template <class Source>
void verify_source(const TrainingProgress& progress, Source& train, const std::string& place = {}) {
    if (progress.batches == 0) return;
    const int batches = train.count();
    const int batch_size = train.batch_size();
    const auto samples = static_cast<std::int64_t>(train.size());
    if (batches != progress.batches || batch_size != progress.batch_size || samples != progress.samples) {
        const auto text = [](int count, int size, std::int64_t all) {
            return std::to_string(count) + " batches of " + std::to_string(size) + ", " + std::to_string(all) +
                   " samples in all";
        };
        raise<OptionError>(place + "batches: an epoch here is " + text(batches, batch_size, samples) +
                           ", but what it is to go on with was trained on " +
                           text(progress.batches, progress.batch_size, progress.samples) + "; go on with the same");
    }
    if (const std::string difference = difference_of_settings(progress.data, settings_of_source(train));
        !difference.empty()) {
        raise<OptionError>(place + "data: what it is to go on with was trained on others:" + difference +
                           "\ngo on with the same, or train anew");
    }
}

}  // namespace norma::inline NORMA_TARGET
