#pragma once

#include <string_view>
#include <vector>

#include "drawing/plot.hpp"
#include "results.hpp"

namespace norma::compare {

/// Four plots of the given networks of `results`: training loss and training accuracy by batch, test loss and test
/// accuracy by epoch. Axes do not depend on which networks are given, so that plots can be compared. With one network,
/// the training accuracy is shown in both modes.
std::vector<drawing::Svg> curves(const Results& results, const std::vector<const NetworkResult*>& networks);

/// The colour of a norm, the same in all drawings.
int norm_colour(std::string_view norm);

}  // namespace norma::compare
