#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace norma::compare {

/// What the figures of this very run say, in two to four plain sentences: of the distance between training and test
/// accuracy, how much lies between the modes (training against evaluation, on the same images) and how much between
/// the data (training against test images, in the same mode); and what recalibration changed.
std::vector<std::string> reading(const Results& results);

}  // namespace norma::compare
