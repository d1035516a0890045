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

/// All that the training of one network needs from outside.
struct Job {
    const Options& options;
    std::uint64_t seed;  ///< of this training
    int epochs;
    const TrainTest& data;
    const std::string& test_source;  ///< of the test images, as a phrase with their number
    Threads& threads;
    Progress& progress;
    std::optional<std::filesystem::path> weights;  ///< folder for the trained weights
    Unwritten& unwritten;                          ///< told of the checkpoints and weights that cannot be written
};

/// How files that belong to one training are called: "group", and "group_seed2" for a seed that is not the first.
std::string name_of_training(const Options& options, std::uint64_t seed, const std::string& norm);

/// Trains the network with one norm, evaluates it after each epoch and, where it keeps running statistics, estimates
/// them again at the end. Keeps the weights where the job wants
/// them. Fills `result` on the way: what it holds when an exception leaves is what there was by then.
/// @throws Interrupted between two batches, once a signal has come.
/// @throws TrainingError where training cannot go on; OptionError if a checkpoint was made with other options.
using Train = void(const Job& job, NetworkResult& result);

Train train_batch, train_group, train_layer, train_none;

/// Would `Train` go on from the checkpoint that the job has of this network, where it has one? Changes nothing.
/// @throws OptionError, FileError that name the checkpoint.
using Verify = void(const Job& job);

Verify verify_batch, verify_group, verify_layer, verify_none;

/// Why the training of a network that `train` was called for ended in an error; empty if it did not.
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

/// Refuses a number of images that leaves a last batch of one: norms over the batch have a single value per channel
/// there, for the network's last maps are 1 × 1.
/// @throws OptionError that says what to choose instead.
void check_last_batch(const Options& options, std::size_t train_images);

}  // namespace norma::compare
