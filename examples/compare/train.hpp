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

struct ComparedNetwork;

/// Everything that the training of one network needs.
struct Job {
    const ComparedNetwork& network;
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

/// Verifies that `Train` can resume from the job's checkpoint of the network with this norm, if there is one. Changes
/// nothing.
/// @throws OptionError, FileError that name the checkpoint.
using Verify = void(const Job& job, const std::string& norm);

/// The network that a program trains, with each norm.
struct ComparedNetwork {
    /// With one norm.
    struct WithNorm {
        Train* train = nullptr;
        Verify* verify = nullptr;
    };

    const char* name;   ///< "resnet20"
    const char* title;  ///< "ResNet-20"
    const char* precision = default_precision;
    bool as_in_fp32 = false;  ///< is it another precision by name only, because no convolution uses it?
    int groups;               ///< of its group norm
    bool one_pixel;           ///< has a norm over the batch a single value per channel, if the batch has one image?
    WithNorm batch = {}, group = {}, layer = {}, none = {};

    const char* program = "compare";  ///< that trains it
    /// Changes the images before training, for instance their normalisation (`=`); null: they stay.
    void (*change)(TrainTest& images) = nullptr;
    bool full_batches = false;  ///< is a batch that is not full left out?
    /// Are the training images evaluated, and the running statistics estimated again, as compare does? Else the
    /// training images are evaluated once, after the last epoch, and the test images then in several views.
    bool compares_modes = true;

    /// With the norm of this name.
    const WithNorm& with(const std::string& norm) const;
};

/// The network of this program. CMake compiles the files that define it for each network.
const ComparedNetwork& compared_network();

/// Calls `train`. Returns why the training failed, or an empty text.
/// @throws Interrupted, OptionError as `Train`.
std::string train_or_say_why(Train* train, const Job& job, NetworkResult& result);

/// A norm that the command line knows.
struct Norm {
    const char* name;
    bool running_statistics;
    const ComparedNetwork::WithNorm ComparedNetwork::*member;
};

std::span<const Norm> norms();

/// @throws OptionError that begins with `option`, if there is none of this name.
const Norm& find_norm(const std::string& name, const std::string& option = "--norms");

/// Refuses a precision that no convolution of the network uses.
/// @throws OptionError
void check_precision(const ComparedNetwork& network);

/// Refuses a number of images with which the last batch has one image, if the network has maps of 1 × 1: a norm over
/// the batch would have a single value per channel, and no variance.
/// @throws OptionError that says what to choose instead.
void check_last_batch(const ComparedNetwork& network, const Options& options, std::size_t train_images);

}  // namespace norma::compare
