#include "plot.hpp"

#include <algorithm>
#include <cmath>

#include "figures.hpp"
#include "markup.hpp"

namespace norma::compare {
namespace {

constexpr double plot_width = 440, plot_height = 290, left = 48, right = 14, top = 50, bottom = 40;

/// From values to places in the drawing.
struct Frame {
    Range x, y;
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
    const double middle = (top + floor) / 2;
    out += svg_text(12, middle, plot.y_label, "middle", "label",
                    " transform=\"rotate(-90 12 " + coordinate(middle) + ")\"");
    return out;
}

std::string legend(const Plot& plot) {
    std::string out;
    double x = left;
    for (const Series& series : plot.series) {
        if (series.points.size() != 1) out += line(x, 36, x + 22, 36, classes(series, "line"));
        if (series.dots) out += dot(series, {x + 11, 36});
        out += svg_text(x + 28, 39.8, series.name);
        x += 28 + 5.7 * static_cast<double>(text_width(series.name)) + 16;
    }
    return out;
}

}  // namespace

Svg draw(const Plot& plot) {
    Frame frame{plot.x, plot.y};
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
        body += svg_text((left + plot_width - right) / 2, (top + plot_height - bottom) / 2, "no values", "middle");
    return {plot.id, plot.title, plot.description, plot_width, plot_height, body + legend(plot)};
}

}  // namespace norma::compare
