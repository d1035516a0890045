#pragma once

#include <map>
#include <string>
#include <vector>

#include "known_networks.hpp"
#include "norma/data/dataset.hpp"

namespace norma::compare {

/// What a program must know about trained weights to classify images with them. It is in the metadata of their file.
struct WeightsNote {
    std::string network;                        ///< as on the command line: "resnet20"
    std::string norm;                           ///< as on the command line: "batch"
    std::string trained_on;                     ///< where the images came from
    std::vector<std::string> classes;           ///< names of the classes, in the order of the logits
    std::vector<double> mean;                   ///< per channel, of value / 255
    std::vector<double> stddev;                 ///< per channel, of value / 255
    std::string precision = default_precision;  ///< of the training; the weights are fp32
};

/// The note for a network with this norm that was trained on these images.
WeightsNote weights_note(const std::string& network, const std::string& norm, const Dataset& train,
                         const std::string& precision = default_precision);

/// The note as the metadata of a safetensors file.
std::map<std::string, std::string> to_metadata(const WeightsNote& note);

/// Reads the note from the metadata of the file `source`. Files that PyTorch writes have none: then `norm`, `dataset`
/// and `network` (if that is empty, the experiment's), as on compare's command line, are used instead.
/// @throws DataError if the note is broken; or if it is missing and `norm` or `dataset` is empty.
/// @throws OptionError if the note is there and `norm`, `dataset` or `network` is given.
WeightsNote find_note(const std::map<std::string, std::string>& metadata, const std::string& source,
                      const std::string& norm, const std::string& dataset, const std::string& network = {});

}  // namespace norma::compare
