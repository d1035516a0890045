#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "norma/training/history.hpp"

/// The example that trains one network once per norm and reports what differs.
namespace norma::compare {

/// One option of the run as it was in force, whether given or not.
struct Option {
    std::string name;       ///< without the dashes: "epochs"
    std::string value;      ///< "20"
    std::string published;  ///< what the published experiment used, written like `value`; empty: it had no such option
};

/// One trained network.
struct NetworkResult {
    std::string norm;  ///< as on the command line: "batch"
    std::uint64_t seed = 0;
    std::int64_t parameters = 0;
    bool running_statistics = false;  ///< whether the norm keeps any, so that it can be recalibrated
    History history;
    /// The class given to each test image after the last full epoch, before any recalibration; empty where none was
    /// completed.
    std::vector<std::uint8_t> predicted;
    std::vector<float> confidence;  ///< probability given to that class, 0 to 1; as long as `predicted`
    std::string summary;            ///< the layer table, plain text; may be empty
    std::string failure;            ///< why its training ended before its last epoch, one sentence; empty if it did not
};

/// All that the report is made from. Strings are plain text; the report escapes them.
struct Results {
    std::string dataset;      ///< "cifar10", "mnist" or "synthetic"; only cifar10 is set beside the published figures
    std::string source;       ///< where the data came from, a phrase: "CIFAR-10 from data/, 50,000 training images"
    std::string test_source;  ///< the same of the test images: "the 1,017 images of test_batch.bin"
    std::string stand_in;     ///< where drawn images stand in for CIFAR-10, which was not there: says so; else empty
    std::vector<std::string> classes;
    std::int64_t train_images = 0;
    std::int64_t image_height = 0, image_width = 0, image_channels = 0;  ///< 1 or 3 channels
    std::vector<std::uint8_t> test_images;                               ///< N×H×W×C
    std::vector<std::uint8_t> test_labels;                               ///< N

    std::vector<Option> options;
    int epochs_planned = 0;
    std::int64_t batches_per_epoch = 0;  ///< places the batches on the axis of epochs
    std::uint64_t seed = 0;              ///< the first
    int seeds = 1;                       ///< as many, one after another
    int threads = 0;
    std::string machine;   ///< processor, cores, system in one line
    std::string compiler;  ///< with its version and the flags that matter
    std::string version;   ///< of norma
    std::string command_line;
    std::string started;       ///< date and time as people read it
    double seconds_total = 0;  ///< wall clock of the whole run
    bool interrupted = false;  ///< ended by the user before its last epoch; networks not reached are not in the list

    std::vector<NetworkResult> networks;  ///< trained with the first seed
    std::vector<NetworkResult> repeats;   ///< the same trained with the other seeds, seed after seed
};

}  // namespace norma::compare
