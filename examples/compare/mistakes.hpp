#pragma once

#include <cstdint>
#include <vector>

#include "drawing/svg.hpp"
#include "results.hpp"

namespace norma::compare {

/// A test image that a network classified wrongly.
struct Mistake {
    std::size_t image;
    std::size_t truth, predicted;  ///< classes
    double confidence;             ///< probability of the predicted class, 0 to 1
};

/// All mistakes of a network, those with the highest confidence first. Empty if it has no predictions.
std::vector<Mistake> mistakes(const Results& results, const NetworkResult& network);

/// The mistakes that no other network made; empty if no other network has predictions.
std::vector<Mistake> mistakes_of_one(const Results& results, const NetworkResult& network);

/// Do two networks or more have predictions, so that mistakes can be compared?
bool predictions_compare(const Results& results);

/// How many mistakes the report shows: of each network, and of those that only one network made.
inline constexpr std::size_t sheet_images = 10, only_images = 20;

/// Test images counted by true class (row) and predicted class (column).
std::vector<std::vector<std::int64_t>> confusion_matrix(const Results& results, const NetworkResult& network);

/// Draws the matrix. The larger a count's share of its row, the stronger the colour of its cell; for mistakes the scale
/// ends at the largest share of a mistake.
drawing::Svg draw_confusion(const Results& results, const NetworkResult& network);

}  // namespace norma::compare
