#pragma once

#include <string>
#include <vector>

#include "svg.hpp"

namespace norma::drawing {

/// Horizontal bars that begin at zero, in groups with headings. A bar may consist of several parts.
struct BarChart {
    /// The colour for bars that are shown for comparison only.
    static constexpr int neutral = -1;

    struct Part {
        double value = 0;
        int colour = 0;    ///< 0 to svg_colours − 1, or `neutral`
        std::string text;  ///< written on the part if there is room
    };
    struct Bar {
        std::string name;  ///< at the left of the bar
        std::vector<Part> parts;
        std::string label;  ///< at the right of the bar
    };
    struct Group {
        std::string name;  ///< heading above its bars; no heading if empty
        std::vector<Bar> bars;
    };
    struct Key {
        std::string name;
        int colour;
    };
    /// A value to compare the bars with: a dashed line across all of them.
    struct Mark {
        double value;
        std::string name;
    };

    std::string id, title, description, x_label;
    std::vector<Group> groups;
    std::vector<Key> legend = {};
    std::vector<Mark> marks = {};
    double width = 440;

    /// Is there no bar to draw?
    bool empty() const;
};

/// The height depends on the number of bars. A part that is not finite or is below zero has length 0.
Svg draw(const BarChart& chart);

}  // namespace norma::drawing
