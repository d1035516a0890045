#pragma once

#include <limits>
#include <string>
#include <vector>

#include "svg.hpp"

namespace norma::drawing {

struct Point {
    double x = 0, y = 0;
};

/// A vertical interval, `low` to `high`, at x.
struct BandPoint {
    double x = 0, low = 0, high = 0;
};

/// One line of a plot. A point that is not finite breaks the line.
struct Series {
    std::string name;  ///< in the legend; series with equal names and looks share one entry
    int colour = 0;    ///< 0 to svg_colours − 1; also chooses the shape of the dots
    std::vector<Point> points;
    std::vector<Point> raw = {};  ///< drawn in a lighter colour below the line
    bool dots = false, dashed = false;
    std::vector<BandPoint> band = {};  ///< a light area below the line; with one point, a vertical bar
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
    Range x, y;                         ///< what must be visible; each axis ends at a tick outside of it
    bool log_x = false, log_y = false;  ///< logarithmic: the range and every point must be above zero
    std::vector<double> x_ticks = {};   ///< ticks of the x axis; chosen by `draw` if empty

    /// The range of the series' values, without the lowest and the highest hundredth of the raw values: a single
    /// outlier would make the curve flat.
    Range values() const;
};

/// About `wanted` ticks that cover the range: multiples of 1, 2 or 5 times a power of ten. The first and the last are
/// outside the range or at its ends.
std::vector<double> ticks(Range range, int wanted);

/// Ticks that cover the range: powers of ten, and 2 and 5 times them if there would be few. The range must be above
/// zero.
std::vector<double> log_ticks(Range range);

/// A tick's value, with as many decimals as steps of this size need, and with commas between thousands.
std::string tick_text(double value, double step);

/// Draws axes with units, a grid, the series and a legend.
Svg draw(const Plot& plot);

/// A running mean over a sixtieth of the values (more if they are few), in at most `count` points. `values[i]` is at
/// x = (i + 1) / per_unit.
std::vector<Point> smoothed(const std::vector<double>& values, double per_unit, std::size_t count = 240);

/// The smallest and the largest value in each of `count / 2` intervals: at a plot's width it looks like all values.
std::vector<Point> envelope(const std::vector<double>& values, double per_unit, std::size_t count = 500);

}  // namespace norma::drawing
