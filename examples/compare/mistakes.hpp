#pragma once

#include <cstdint>
#include <vector>

#include "drawing/svg.hpp"
#include "results.hpp"

namespace norma::compare {

/// A test image that a network got wrong.
struct Mistake {
    std::size_t image;
    std::size_t truth, predicted;  ///< classes
    double confidence;             ///< given to the predicted class, 0 to 1
};

/// All mistakes of a network, those it was surest of first. Empty where it has no predictions.
std::vector<Mistake> mistakes(const Results& results, const NetworkResult& network);

/// Those of them that every other network with predictions got right; empty where there is no other.
std::vector<Mistake> mistakes_of_one(const Results& results, const NetworkResult& network);

/// Whether two networks or more have predictions, so that mistakes can be compared at all.
bool predictions_compare(const Results& results);

/// How many of each the report shows.
inline constexpr std::size_t sheet_images = 10, only_images = 20;

/// Test images counted by true class (row) and predicted class (column).
std::vector<std::vector<std::int64_t>> confusion_matrix(const Results& results, const NetworkResult& network);

/// The matrix as a drawing: counts on a ground that is the darker the larger their share of their row, mistakes
/// against the largest share of any mistake.
drawing::Svg draw_confusion(const Results& results, const NetworkResult& network);

}  // namespace norma::compare
