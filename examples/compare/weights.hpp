#pragma once

#include <map>
#include <string>
#include <vector>

#include "norma/data/dataset.hpp"

namespace norma::compare {

/// What a program has to know of trained weights before it can classify images with them. It is kept in the metadata
/// of their file.
struct WeightsNote {
    std::string norm;                  ///< as on the command line: "batch"
    std::string trained_on;            ///< the source of the images
    std::vector<std::string> classes;  ///< what the logits stand for
    std::vector<double> mean;          ///< per channel, of value / 255
    std::vector<double> stddev;        ///< per channel, of value / 255
};

/// Of a network with this norm that was trained on these images.
WeightsNote weights_note(const std::string& norm, const Dataset& train);

/// The note as the metadata of a safetensors file.
std::map<std::string, std::string> to_metadata(const WeightsNote& note);

/// The note back from the metadata of the file that `source` names. Programs that write weights without metadata, such
/// as PyTorch, lose it: `norm` and `dataset`, as on compare's command line, stand in for it then.
/// @throws DataError if it is not whole, or not there and either of the two is empty.
/// @throws OptionError if it is there and either of the two is given.
WeightsNote find_note(const std::map<std::string, std::string>& metadata, const std::string& source,
                      const std::string& norm, const std::string& dataset);

}  // namespace norma::compare
