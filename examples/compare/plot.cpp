#include "plot.hpp"

#include <algorithm>
#include <cmath>

#include "figures.hpp"
#include "markup.hpp"

namespace norma::compare {
namespace {

constexpr double plot_width = 440, plot_height = 290, left = 48, right = 14, bottom = 40;
constexpr double legend_top = 36, legend_line = 15;

/// From values to places in the drawing.
struct Frame {
    Range x, y;
    double top;
    double across(double value) const {
        return left + (value - x.low) / (x.high - x.low) * (plot_width - left - right);
    }
    double down(double value) const {
        return plot_height - bottom - (value - y.low) / (y.high - y.low) * (plot_height - top - bottom);
    }
    Point place(const Point& point) const {
        return {across(point.x), std::clamp(down(point.y), top, plot_height - bottom)};
    }
};

std::string classes(const Series& series, const std::string& base) {
    return "class=\"" + base + " s" + std::to_string(series.colour % svg_colours) + (series.dashed ? " dashed" : "") +
           "\"";
}

std::string path(const std::vector<Point>& points, const Frame& frame, const std::string& attributes) {
    std::string d;
    bool pen_up = true;
    for (const Point& point : points) {
        if (!std::isfinite(point.y)) {
            pen_up = true;
            continue;
        }
        const Point at = frame.place(point);
        d += (pen_up ? "M" : "L") + coordinate(at.x) + " " + coordinate(at.y);
        pen_up = false;
    }
    return d.empty() ? "" : "<path " + attributes + " d=\"" + d + "\"/>\n";
}

/// Circle, square, triangle or diamond: the form says what the colour says.
std::string dot(const Series& series, Point at) {
    const std::string colour = std::to_string(series.colour % svg_colours);
    const std::string look = "class=\"dot s" + colour + (series.dashed ? " open" : " f" + colour) + "\"";
    const double r = series.points.size() == 1 ? 4.5 : 3;  // one alone has no line to be found by
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

std::string line(double x1, double y1, double x2, double y2, const std::string& attributes) {
    return "<line " + attributes + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
           attribute("y2", y2) + "/>\n";
}

std::string axes(const Plot& plot, const Frame& frame, const std::vector<double>& xs, const std::vector<double>& ys) {
    const auto decimals = [](const std::vector<double>& all) {
        const double step = all[1] - all[0];
        return std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-6)));
    };
    const double floor = plot_height - bottom;
    std::string out;
    for (const double y : ys) {
        out += line(left, frame.down(y), plot_width - right, frame.down(y), "class=\"grid\"");
        out += svg_text(left - 7, frame.down(y) + 3.8, fixed(y, decimals(ys)), "end");
    }
    for (const double x : xs) {
        if (x < frame.x.low - 1e-9 || x > frame.x.high + 1e-9) continue;
        out += line(frame.across(x), floor, frame.across(x), floor + 4, "class=\"axis\"");
        out += svg_text(frame.across(x), floor + 16, fixed(x, decimals(xs)), "middle");
    }
    out += line(left, floor, plot_width - right, floor, "class=\"axis\"");
    out += svg_text((left + plot_width - right) / 2, plot_height - 7, plot.x_label, "middle");
    const double middle = (frame.top + floor) / 2;
    out += svg_text(12, middle, plot.y_label, "middle", "label",
                    " transform=\"rotate(-90 12 " + coordinate(middle) + ")\"");
    return out;
}

struct Legend {
    std::string markup;
    double bottom;
};

/// In as many lines as its names need.
Legend legend(const Plot& plot) {
    Legend made{"", legend_top};
    double x = left;
    for (const Series& series : plot.series) {
        const double width = 28 + 5.9 * static_cast<double>(text_width(series.name));
        if (x > left && x + width > plot_width) {
            x = left;
            made.bottom += legend_line;
        }
        const double y = made.bottom;
        if (series.points.size() != 1) made.markup += line(x, y, x + 22, y, classes(series, "line"));
        if (series.dots) made.markup += dot(series, {x + 11, y});
        made.markup += svg_text(x + 28, y + 3.8, series.name);
        x += width + 14;
    }
    return made;
}

}  // namespace

Svg draw(const Plot& plot) {
    const Legend names = legend(plot);
    Frame frame{plot.x, plot.y, names.bottom + 14};
    std::vector<double> xs = ticks(frame.x, 8);
    if (frame.x.empty()) frame.x = {xs.front(), xs.back()};
    const std::vector<double> ys = ticks(frame.y, 5);
    frame.y = {ys.front(), ys.back()};

    std::string body = svg_text(left, 18, plot.title, "start", "title") + axes(plot, frame, xs, ys);
    for (const Series& series : plot.series) body += path(series.raw, frame, classes(series, "raw"));
    bool empty = true;
    for (const Series& series : plot.series) {
        if (series.points.size() > 1) body += path(series.points, frame, classes(series, "line"));
        for (const Point& point : series.points) {
            if (!std::isfinite(point.y)) continue;
            empty = false;
            if (series.dots || series.points.size() == 1) body += dot(series, frame.place(point));
        }
    }
    if (empty)
        body +=
            svg_text((left + plot_width - right) / 2, (frame.top + plot_height - bottom) / 2, "no values", "middle");
    return {plot.id, plot.title, plot.description, plot_width, plot_height, body + names.markup};
}

}  // namespace norma::compare
