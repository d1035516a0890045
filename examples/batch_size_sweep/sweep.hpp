#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compare/results.hpp"

/// The example that trains one network per norm and batch size: the figure 1 of Wu and He, "Group Normalization"
/// (2018), on the experiment's network.
namespace norma::compare {

/// One training.
struct SweepPoint {
    int batch_size = 0;
    double learning_rate = 0;
    NetworkResult network;
};

/// All that the page and the JSON are made from. Points that were not reached are not in the list.
struct Sweep {
    std::string source, test_source;  ///< of the images, as phrases
    std::string stand_in;             ///< as in `Results`
    std::string command_line, machine, compiler, version, started;
    int epochs_planned = 0;
    bool interrupted = false;
    std::vector<SweepPoint> points;
};

/// The learning rate for a batch size, in proportion to it: `rate` is meant for `published_batch` images. So Wu and He
/// did it (section 4.1 of their paper), after Goyal et al., "Accurate, Large Minibatch SGD" (2017).
double scaled_rate(double rate, int batch_size);

/// Test error, percent: the median over the last five epochs, or all if they are fewer, as in the paper. Empty for a
/// training that did not go through every epoch.
std::optional<double> test_error(const Sweep& sweep, const SweepPoint& point);

/// Test error, percent, after the running statistics were estimated again, of the last epoch alone; empty where they
/// were not.
std::optional<double> recalibrated_test_error(const Sweep& sweep, const SweepPoint& point);

/// The files of the report by their names: index.html, test-error.svg, table.txt, results.json.
std::map<std::string, std::string> render_sweep(const Sweep& sweep);

}  // namespace norma::compare
