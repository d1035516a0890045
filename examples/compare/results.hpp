#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "known_networks.hpp"
#include "norma/core/measuring_reducer.hpp"
#include "norma/training/history.hpp"

/// An example program: it trains one network with each norm, and writes a report that compares them.
namespace norma::compare {

/// One option of the run, given or default.
struct Option {
    std::string name;       ///< without the dashes: "epochs"
    std::string value;      ///< "20"
    std::string published;  ///< the value in the published experiment, written like `value`; empty if it had none
};

/// What training steps took in one of several processes.
struct StepCosts {
    std::int64_t steps = 0;
    double seconds = 0;       ///< of all these steps
    ExchangeCosts exchanges;  ///< of all these steps
};

/// One trained network.
struct NetworkResult {
    std::string norm;  ///< as on the command line: "batch"
    std::uint64_t seed = 0;
    int groups = 2;  ///< of a group norm
    std::int64_t parameters = 0;
    bool running_statistics = false;  ///< does the norm have running statistics, which can be estimated again?
    History history;
    /// The predicted class of each test image after the last complete epoch, before recalibration; empty if no epoch
    /// was completed.
    std::vector<std::uint8_t> predicted;
    /// Accuracy on the test images after the last epoch, with the outputs for several views of each averaged, in
    /// percent; empty if it was not measured.
    std::optional<double> views_accuracy;
    std::vector<float> confidence;  ///< probability of that class, 0 to 1; as long as `predicted`
    StepCosts costs;                ///< in the first process; no steps if there is no other
    std::string summary;            ///< the layer table, plain text; may be empty
    std::string failure;            ///< one sentence why training ended before its last epoch; empty if it did not
};

/// Everything that the report shows. Strings are plain text; the report escapes them.
struct Results {
    std::string network = default_network;                   ///< as on the command line: "resnet20"
    std::string precision = default_precision;               ///< as on the command line: "bf16"
    std::string network_title = "the experiment's network";  ///< "ResNet-20", "ResNet-20 in bf16"
    std::string dataset;      ///< "cifar10", "mnist" or "synthetic"; the published figures are shown with cifar10 only
    std::string source;       ///< where the data came from: "CIFAR-10 from data/, 50,000 training images"
    std::string test_source;  ///< the same for the test images: "the 1,017 images of test_batch.bin"
    std::string stand_in;     ///< says that synthetic images are used because CIFAR-10 was not there; else empty
    std::vector<std::string> classes;
    std::int64_t train_images = 0;
    std::int64_t image_height = 0, image_width = 0, image_channels = 0;  ///< 1 or 3 channels
    std::vector<std::uint8_t> test_images;                               ///< N×H×W×C
    std::vector<std::uint8_t> test_labels;                               ///< N

    std::vector<Option> options;
    int epochs_planned = 0;
    std::int64_t batches_per_epoch = 0;  ///< to draw batches on an axis of epochs
    std::uint64_t seed = 0;              ///< the first seed
    int seeds = 1;                       ///< number of consecutive seeds
    int processes = 1;
    int threads = 0;       ///< of each process; of the one with the fewest, if they differ
    std::string machine;   ///< processor, cores, system in one line
    std::string compiler;  ///< with its version and instruction set
    std::string version;   ///< of norma
    std::string command_line;
    std::string started;       ///< date and time as text
    double seconds_total = 0;  ///< of the whole run, wall-clock time
    bool interrupted = false;  ///< stopped by the user; networks that were not started are not in the list

    std::vector<NetworkResult> networks;  ///< trained with the first seed
    std::vector<NetworkResult> repeats;   ///< the same networks trained with the other seeds, seed after seed
};

}  // namespace norma::compare
