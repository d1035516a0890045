#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace norma::compare {

/// What the results of this run say, in two to four sentences. How much of the gap between training and test accuracy
/// comes from the mode (training against evaluation mode, on the same images) and how much from the images (training
/// against test images, in the same mode); and what recalibration changed.
std::vector<std::string> reading(const Results& results);

}  // namespace norma::compare
