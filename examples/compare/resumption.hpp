#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "norma/training/history.hpp"
#include "train.hpp"

namespace norma::compare {

/// File of a network's checkpoint; nothing without --checkpoint.
std::optional<std::filesystem::path> checkpoint_of(const Options& options, std::uint64_t seed, const std::string& norm);

/// Before training: refuses to overwrite checkpoints of an earlier run, and prints if --resume finds none. Removes
/// temporary files of these checkpoints that killed runs have left; the folder is locked, so no other run writes there.
/// @throws OptionError that names the first checkpoint that would be overwritten.
void prepare_checkpoints(const Options& options);

/// The note of a checkpoint: the settings that the training depends on, and the results of its epochs, as JSON.
std::string checkpoint_note(const Job& job, const History& history);

/// The checkpoint that the job resumes from; nothing if there is none, or without --resume.
std::optional<std::filesystem::path> checkpoint_to_resume(const Job& job, const std::string& norm);

/// Reads the results of the epochs from such a note.
/// @throws OptionError if a setting differs; names the first one, with both values.
/// @throws DataError if compare did not write `note`.
void take_note(const std::string& note, const Job& job, History& history);

/// Refuses a checkpoint that compare wrote for another network; `verify_checkpoint` would only say in which layers they
/// differ.
/// @throws OptionError with the names of both networks.
void check_network(const std::filesystem::path& checkpoint, const Job& job);

/// Refuses a checkpoint of a later epoch than this run's last.
/// @throws OptionError with both numbers of epochs.
void check_epochs(const TrainingProgress& progress, const Job& job);

}  // namespace norma::compare
