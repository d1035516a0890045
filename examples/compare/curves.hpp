#pragma once

#include <string_view>
#include <vector>

#include "drawing/plot.hpp"
#include "results.hpp"

namespace norma::compare {

/// The experiment's four curves (training loss and training accuracy by batch, test loss and test accuracy by epoch)
/// of the given networks of `results` in one plot each. Axes are the same whichever networks are given, so that
/// plots can be compared with each other. With one network, the training accuracy is shown in both modes.
std::vector<drawing::Svg> curves(const Results& results, const std::vector<const NetworkResult*>& networks);

/// The colour that a norm has everywhere.
int norm_colour(std::string_view norm);

}  // namespace norma::compare
