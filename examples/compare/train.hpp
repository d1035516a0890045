#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "norma/core/parallel.hpp"
#include "norma/data/dataset.hpp"
#include "options.hpp"
#include "output_files.hpp"
#include "progress.hpp"
#include "results.hpp"

namespace norma::compare {

/// Everything that the training of one network needs.
struct Job {
    const Options& options;
    std::uint64_t seed;  ///< of this training
    int epochs;
    const TrainTest& data;
    const std::string& test_source;  ///< where the test images came from, with their number
    Threads& threads;
    Progress& progress;
    std::optional<std::filesystem::path> weights;  ///< folder for the trained weights, if they are wanted
    Unwritten& unwritten;                          ///< collects checkpoints and weights that could not be written
};

/// The name for the files of one training: "group", or "group_seed2" if the seed is not the first.
std::string name_of_training(const Options& options, std::uint64_t seed, const std::string& norm);

/// Trains the network with one norm and evaluates it after each epoch. At the end estimates its running statistics
/// again, if it has any, and writes the weights, if the job wants them. `result` is filled step by step: after an
/// exception it has the results so far.
/// @throws Interrupted between two batches, after a signal.
/// @throws TrainingError if training cannot continue; OptionError if a checkpoint was made with other options.
using Train = void(const Job& job, NetworkResult& result);

Train train_batch, train_group, train_layer, train_none;

/// Verifies that `Train` can resume from the job's checkpoint of this network, if there is one. Changes nothing.
/// @throws OptionError, FileError that name the checkpoint.
using Verify = void(const Job& job);

Verify verify_batch, verify_group, verify_layer, verify_none;

/// Calls `train`. Returns why the training failed, or an empty text.
/// @throws Interrupted, OptionError as `Train`.
std::string train_or_say_why(Train* train, const Job& job, NetworkResult& result);

/// A norm that the command line knows.
struct Norm {
    const char* name;
    bool running_statistics;
    Train* train;
    Verify* verify;
};

std::span<const Norm> norms();

/// @throws OptionError if there is none of this name.
const Norm& find_norm(const std::string& name);

/// Refuses a number of images with which the last batch has one image: the network's last maps are 1 × 1, so a norm
/// over the batch would have a single value per channel, and no variance.
/// @throws OptionError that says what to choose instead.
void check_last_batch(const Options& options, std::size_t train_images);

}  // namespace norma::compare
