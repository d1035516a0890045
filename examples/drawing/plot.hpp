#pragma once

#include <limits>
#include <string>
#include <vector>

#include "svg.hpp"

namespace norma::drawing {

struct Point {
    double x = 0, y = 0;
};

/// From `low` to `high` at x.
struct BandPoint {
    double x = 0, low = 0, high = 0;
};

/// One line of a plot. A point that is not finite breaks the line.
struct Series {
    std::string name;  ///< in the legend; equal names with equal looks share one entry
    int colour = 0;    ///< 0 to svg_colours − 1; also chooses the form of the dots
    std::vector<Point> points;
    std::vector<Point> raw = {};  ///< drawn faint behind
    bool dots = false, dashed = false;
    std::vector<BandPoint> band = {};  ///< a faint area behind the line; of one point alone, a bar
};

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
    void include(double value);
    void include(const Range& other);
    bool empty() const { return low > high; }
};

struct Plot {
    std::string id, title, description, x_label, y_label;
    std::vector<Series> series;
    Range x, y;                         ///< what must be visible; the axes are widened to the next tick
    bool log_x = false, log_y = false;  ///< logarithmic: the range and every point must lie above zero
    std::vector<double> x_ticks = {};   ///< where x is ticked; chosen where none is given

    /// What the series hold, but for the outermost hundredth of raw values at either end: one outlier would press
    /// the curve flat.
    Range values() const;
};

/// Multiples of 1, 2 or 5 times a power of ten that cover the range, about `wanted` of them, ends included.
std::vector<double> ticks(Range range, int wanted);

/// Powers of ten, and twice and five times them where there would be few, that cover the range, ends included. The
/// range must lie above zero.
std::vector<double> log_ticks(Range range);

/// A tick's value with the decimals that steps of this size need, thousands in groups.
std::string tick_text(double value, double step);

/// Axes with units, grid, lines and a legend.
Svg draw(const Plot& plot);

/// `values[i]` belongs to x = (i + 1) / per_unit. A running mean over a sixtieth of them (more if they are few), in at
/// most `count` points.
std::vector<Point> smoothed(const std::vector<double>& values, double per_unit, std::size_t count = 240);

/// The least and the greatest of each of `count / 2` stretches: at this width it looks like all of them.
std::vector<Point> envelope(const std::vector<double>& values, double per_unit, std::size_t count = 500);

}  // namespace norma::drawing
