#pragma once

#include <functional>
#include <string>
#include <vector>

namespace norma::drawing {

/// An entry of a legend: a name, and the markup of the sign before it, with left edge x and middle y.
struct LegendEntry {
    std::string name;
    std::function<std::string(double x, double y)> sign;
};

/// A legend with its layout.
struct Legend {
    std::string markup;
    double bottom;  ///< the middle of its last line
};

/// Puts the entries between `left` and `right` on as many lines as they need; the first is just below the title.
Legend lay_out_legend(const std::vector<LegendEntry>& entries, double left, double right);

}  // namespace norma::drawing
