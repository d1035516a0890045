#include "plot.hpp"

#include <algorithm>
#include <cmath>

#include "legend.hpp"
#include "markup.hpp"
#include "numbers.hpp"

namespace norma::drawing {
namespace {

constexpr double plot_width = 440, plot_height = 290, left = 48, right = 18, bottom = 40;

/// One axis: maps a value to a share of its length, 0 to 1.
struct Axis {
    Range range;
    bool log;
    double share(double value) const {
        if (log) return std::log(value / range.low) / std::log(range.high / range.low);
        return (value - range.low) / (range.high - range.low);
    }
    /// Can the axis show this value?
    bool shows(double value) const { return std::isfinite(value) && (!log || value > 0); }
};

/// Maps values to coordinates in the drawing.
struct Frame {
    Axis x, y;
    double top;
    double across(double value) const { return left + x.share(value) * (plot_width - left - right); }
    double down(double value) const { return plot_height - bottom - y.share(value) * (plot_height - top - bottom); }
    Point place(const Point& point) const {
        return {across(point.x), std::clamp(down(point.y), top, plot_height - bottom)};
    }
    bool shows(const Point& point) const { return x.shows(point.x) && y.shows(point.y); }
};

std::string classes(const Series& series, const std::string& base) {
    return "class=\"" + base + " s" + std::to_string(series.colour % svg_colours) + (series.dashed ? " dashed" : "") +
           "\"";
}

std::string path(const std::vector<Point>& points, const Frame& frame, const std::string& attributes) {
    std::string d;
    bool pen_up = true;
    for (const Point& point : points) {
        if (!frame.shows(point)) {
            pen_up = true;
            continue;
        }
        const Point at = frame.place(point);
        d += (pen_up ? "M" : "L") + coordinate(at.x) + " " + coordinate(at.y);
        pen_up = false;
    }
    return d.empty() ? "" : "<path " + attributes + " d=\"" + d + "\"/>\n";
}

/// The area of the band; with one point, a vertical line.
std::string band(const Series& series, const Frame& frame) {
    std::vector<Point> outline;
    for (const BandPoint& point : series.band) outline.push_back({point.x, point.high});
    for (auto point = series.band.rbegin(); point != series.band.rend(); ++point)
        outline.push_back({point->x, point->low});
    std::erase_if(outline, [&](const Point& point) { return !frame.shows(point); });
    return path(outline, frame,
                series.band.size() == 1 ? classes(series, "line")
                                        : "class=\"band f" + std::to_string(series.colour % svg_colours) + "\"");
}

/// A circle, square, triangle or diamond, one shape for each colour.
std::string dot(const Series& series, Point at) {
    const std::string colour = std::to_string(series.colour % svg_colours);
    const std::string look = "class=\"dot s" + colour + (series.dashed ? " open" : " f" + colour) + "\"";
    const double r = series.points.size() == 1 ? 4.5 : 3;  // a single point has no line, so it is larger
    const auto polygon = [&](std::initializer_list<Point> corners) {
        std::string points;
        for (const Point& corner : corners)
            points +=
                (points.empty() ? "" : " ") + coordinate(at.x + r * corner.x) + "," + coordinate(at.y + r * corner.y);
        return "<polygon " + look + " points=\"" + points + "\"/>\n";
    };
    switch (series.colour % 4) {
        case 1:
            return polygon({{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}});
        case 2:
            return polygon({{0, -1.2}, {1.2, .9}, {-1.2, .9}});
        case 3:
            return polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
        default:
            return "<circle " + look + attribute("cx", at.x) + attribute("cy", at.y) + attribute("r", r) + "/>\n";
    }
}

std::string axes(const Plot& plot, const Frame& frame, const std::vector<double>& xs, const std::vector<double>& ys) {
    // A logarithmic tick needs the decimals for its own value.
    const auto text = [](const Axis& axis, const std::vector<double>& all, double value) {
        return tick_text(value, axis.log || all.size() < 2 ? value : all[1] - all[0]);
    };
    const double floor = plot_height - bottom;
    std::string out;
    for (const double y : ys) {
        out += svg_line(left, frame.down(y), plot_width - right, frame.down(y), "class=\"grid\"");
        out += svg_text(left - 7, frame.down(y) + 3.8, text(frame.y, ys, y), "end");
    }
    for (const double x : xs) {
        if (frame.x.share(x) < -1e-9 || frame.x.share(x) > 1 + 1e-9) continue;
        out += svg_line(frame.across(x), floor, frame.across(x), floor + 4, "class=\"axis\"");
        out += svg_text(frame.across(x), floor + 16, text(frame.x, xs, x), "middle");
    }
    out += svg_line(left, floor, plot_width - right, floor, "class=\"axis\"");
    out += svg_text((left + plot_width - right) / 2, plot_height - 7, plot.x_label, "middle");
    const double middle = (frame.top + floor) / 2;
    out += svg_text(12, middle, plot.y_label, "middle", "label",
                    " transform=\"rotate(-90 12 " + coordinate(middle) + ")\"");
    return out;
}

Legend legend_of(const Plot& plot) {
    std::vector<LegendEntry> entries;
    for (const Series& series : plot.series)
        entries.push_back({series.name, [&series](double x, double y) {
                               std::string sign;
                               if (series.points.size() != 1)
                                   sign += svg_line(x, y, x + 22, y, classes(series, "line"));
                               return sign + (series.dots ? dot(series, {x + 11, y}) : "");
                           }});
    return lay_out_legend(entries, left, plot_width);
}

/// The range of an axis for no value or for one value, which would have length 0.
Range around(const Range& range, const std::vector<double>& ticks, bool log) {
    if (log && !range.empty()) return {range.low / 2, range.high * 2};
    return {ticks.front(), ticks.back()};
}

}  // namespace

Svg draw(const Plot& plot) {
    const Legend names = legend_of(plot);
    Frame frame{{plot.x, plot.log_x}, {plot.y, plot.log_y}, names.bottom + 14};
    const std::vector<double> xs = !plot.x_ticks.empty() ? plot.x_ticks
                                   : plot.log_x          ? log_ticks(plot.x)
                                                         : ticks(plot.x, 8);
    if (!(plot.x.low < plot.x.high)) frame.x.range = around(plot.x, xs, plot.log_x);
    const std::vector<double> ys = plot.log_y ? log_ticks(plot.y) : ticks(plot.y, 5);
    frame.y.range = {ys.front(), ys.back()};

    std::string body = svg_text(left, 18, plot.title, "start", "title") + axes(plot, frame, xs, ys);
    for (const Series& series : plot.series) body += band(series, frame);
    for (const Series& series : plot.series) body += path(series.raw, frame, classes(series, "raw"));
    bool empty = true;
    for (const Series& series : plot.series) {
        if (series.points.size() > 1) body += path(series.points, frame, classes(series, "line"));
        for (const Point& point : series.points) {
            if (!frame.shows(point)) continue;
            empty = false;
            if (series.dots || series.points.size() == 1) body += dot(series, frame.place(point));
        }
    }
    if (empty)
        body +=
            svg_text((left + plot_width - right) / 2, (frame.top + plot_height - bottom) / 2, "no values", "middle");
    return {plot.id, plot.title, plot.description, plot_width, plot_height, body + names.markup};
}

}  // namespace norma::drawing
