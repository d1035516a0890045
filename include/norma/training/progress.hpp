#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/target.hpp"
#include "norma/training/history.hpp"
#include "norma/training/metrics.hpp"

namespace norma::inline NORMA_TARGET {

/// The state of a training between two batches. The rest of the training depends on it, on the network and on the
/// optimiser, and on nothing else: random numbers are functions of seed and step, so they have no state.
struct TrainingProgress {
    int epoch = 0;           ///< the current one, or the next between two epochs; counted from 0
    int batch = 0;           ///< the next one of the epoch, counted from 0
    std::uint32_t step = 0;  ///< batches trained so far: names the random numbers of a step
    std::uint64_t seed = 1;  ///< of dropout
    double seconds = 0;      ///< of the epoch so far
    RunningMean epoch_mean;  ///< of the epoch so far
    History history;         ///< so far

    /// The data of the current or the last epoch. A resumed training must use the same; if `batches` is 0 it may use
    /// any.
    int batches = 0;            ///< of the epoch
    int batch_size = 0;         ///< of a full batch
    std::int64_t samples = 0;   ///< of the epoch
    std::vector<Setting> data;  ///< the source's `settings()`, if it has any (`BatchSource`)
};

/// Validates that a training with this seed can be resumed from `progress`.
/// @throws OptionError if `progress` has another seed, or is at a batch that its epoch does not have. The message
/// begins with `place`.
[[gnu::cold]] inline void verify_progress(const TrainingProgress& progress, std::uint64_t seed,
                                          const std::string& place = {}) {
    if (progress.seed != seed) {
        raise<OptionError>(
            {place, "seed: this training has ", seed, ", but the training to resume has ", progress.seed});
    }
    if (progress.batch < 0 || progress.batch > progress.batches) {
        raise<OptionError>({place, "progress: ", progress.batch, " batches of the epoch are done, but the epoch has ",
                            progress.batches});
    }
}

/// The `settings()` of a source of batches; empty if it has none.
template <class Source>
std::vector<Setting> settings_of_source(Source& source) {
    std::vector<Setting> settings;
    if constexpr (requires { source.settings(); }) {
        for (const Setting& setting : source.settings()) add_setting(settings, setting.name, setting.value);
    }
    return settings;
}

/// Validates that a training can be resumed from `progress` with the batches of `train`.
/// @throws OptionError if the number of batches, their size, the number of samples or the source's `settings()` are not
/// those of `progress`. The message begins with `place`.
template <class Source>
[[gnu::cold]] void verify_source(const TrainingProgress& progress, Source& train, const std::string& place = {}) {
    if (progress.batches == 0) return;
    const int batches = train.count();
    const int batch_size = train.batch_size();
    const auto samples = static_cast<std::int64_t>(train.size());
    if (batches != progress.batches || batch_size != progress.batch_size || samples != progress.samples) {
        const auto text = [](int count, int size, std::int64_t all) {
            return joined_text({count, " batches of ", size, ", ", all, " samples in all"});
        };
        raise<OptionError>({place, "batches: an epoch here is ", text(batches, batch_size, samples),
                            ", but the training to resume used ",
                            text(progress.batches, progress.batch_size, progress.samples), "; use the same"});
    }
    if (const std::string difference = difference_of_settings(progress.data, settings_of_source(train));
        !difference.empty()) {
        raise<OptionError>({place, "data: the training to resume used other data:", difference,
                            "\nuse the same data, or start a new training"});
    }
}

}  // namespace norma::inline NORMA_TARGET
