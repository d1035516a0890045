#pragma once

#include <string>
#include <vector>

#include "svg.hpp"

namespace norma::drawing {

/// Horizontal bars from zero, in groups under headings. Each bar may be stacked of parts.
struct BarChart {
    /// The colour of what is there for comparison only.
    static constexpr int neutral = -1;

    struct Part {
        double value = 0;
        int colour = 0;    ///< 0 to svg_colours − 1, or `neutral`
        std::string text;  ///< written on it where there is room
    };
    struct Bar {
        std::string name;  ///< left of it
        std::vector<Part> parts;
        std::string label;  ///< right of it
    };
    struct Group {
        std::string name;  ///< above its bars; none if empty
        std::vector<Bar> bars;
    };
    struct Key {
        std::string name;
        int colour;
    };
    /// A value to hold the bars against: a dashed line across all of them.
    struct Mark {
        double value;
        std::string name;
    };

    std::string id, title, description, x_label;
    std::vector<Group> groups;
    std::vector<Key> legend = {};
    std::vector<Mark> marks = {};
    double width = 440;

    /// Whether there is no bar to draw.
    bool empty() const;
};

/// As high as its bars need. A part that is not finite or below zero has no length.
Svg draw(const BarChart& chart);

}  // namespace norma::drawing
