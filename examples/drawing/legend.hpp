#pragma once

#include <functional>
#include <string>
#include <vector>

namespace norma::drawing {

/// A name of a legend, with what stands before it: markup for a sign whose left edge is x and whose middle is y.
struct LegendEntry {
    std::string name;
    std::function<std::string(double x, double y)> sign;
};

/// A legend that has been laid out.
struct Legend {
    std::string markup;
    double bottom;  ///< the middle of its last line
};

/// As many lines as the names need between `left` and `right`, the first just under the title.
Legend lay_out_legend(const std::vector<LegendEntry>& entries, double left, double right);

}  // namespace norma::drawing
