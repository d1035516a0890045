#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compare/results.hpp"

/// An example program: it trains the experiment's network with each norm and each batch size, as in figure 1 of Wu and
/// He, "Group Normalization" (2018).
namespace norma::compare {

/// One training.
struct SweepPoint {
    int batch_size = 0;
    double learning_rate = 0;
    NetworkResult network;
};

/// Everything that the page and the JSON show. Points that were not reached are not in the list.
struct Sweep {
    std::string source, test_source;  ///< where the images came from, in a few words
    std::string stand_in;             ///< as in `Results`
    std::string command_line, machine, compiler, version, started;
    int epochs_planned = 0;
    bool interrupted = false;
    std::vector<SweepPoint> points;
};

/// The learning rate for a batch size: proportional to it, and `rate` at `published_batch` images. As in Wu and He
/// (section 4.1), after Goyal et al., "Accurate, Large Minibatch SGD" (2017).
double scaled_rate(double rate, int batch_size);

/// Test error in percent: the median over the last five epochs (or all, if there are fewer), as in the paper. Empty if
/// the training did not complete every epoch.
std::optional<double> test_error(const Sweep& sweep, const SweepPoint& point);

/// Test error in percent after the last epoch, with the running statistics estimated again; empty if they were not.
std::optional<double> recalibrated_test_error(const Sweep& sweep, const SweepPoint& point);

/// The files of the report by their names: index.html, test-error.svg, table.txt, results.json.
std::map<std::string, std::string> render_sweep(const Sweep& sweep);

}  // namespace norma::compare
