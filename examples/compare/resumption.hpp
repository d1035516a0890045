#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "norma/training/history.hpp"
#include "train.hpp"

namespace norma::compare {

/// File of a network's checkpoint; none where none is wanted.
std::optional<std::filesystem::path> checkpoint_of(const Options& options, std::uint64_t seed, const std::string& norm);

/// Before any training: does not let it begin anew over what an earlier run kept, and says where --resume finds
/// nothing. Removes what runs that were killed while they wrote left of these networks' checkpoints: a folder is one
/// run's at a time.
/// @throws OptionError that names the first checkpoint that is in the way.
void prepare_checkpoints(const Options& options);

/// What a checkpoint notes for compare: the settings that the training depends on, and the figures of its epochs.
std::string checkpoint_note(const Job& job, const History& history);

/// The checkpoint that the job is to go on from; none where nothing is kept, or it is to begin anew.
std::optional<std::filesystem::path> checkpoint_to_resume(const Job& job, const std::string& norm);

/// Takes the epochs' figures from such a note.
/// @throws OptionError if the settings were others, naming the first that differs, there and here.
/// @throws DataError if `note` is none of compare's.
void take_note(const std::string& note, const Job& job, History& history);

/// Refuses a checkpoint that has gone further than this run is to go.
/// @throws OptionError with both numbers of epochs.
void check_epochs(const TrainingProgress& progress, const Job& job);

}  // namespace norma::compare
