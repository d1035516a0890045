#include "bar_chart.hpp"

#include <algorithm>
#include <cmath>

#include "legend.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "plot.hpp"

namespace norma::drawing {
namespace {

constexpr double margin = 14, thickness = 16, bar_gap = 4, group_gap = 10, heading_height = 17, axis_height = 40,
                 label_gap = 6;

/// The largest width that a text can have. Digits are wide, and a label outside the drawing would be cut off.
double text_length(const std::string& text) { return 1.15 * character_width * static_cast<double>(text_width(text)); }

/// A part's length in units of its axis.
double length(const BarChart::Part& part) { return std::isfinite(part.value) ? std::max(0.0, part.value) : 0; }

double length(const BarChart::Bar& bar) {
    double sum = 0;
    for (const BarChart::Part& part : bar.parts) sum += length(part);
    return sum;
}

/// The area of the bars, between the names at the left and the labels at the right.
struct BarFrame {
    double left = margin, right = 0, high = 0;
    double across(double value) const { return left + value / high * (right - left); }
};

/// Calls `each` with every bar.
template <class Each>
void for_each_bar(const BarChart& chart, const Each& each) {
    for (const BarChart::Group& group : chart.groups)
        for (const BarChart::Bar& bar : group.bars) each(bar);
}

/// The area begins after the longest name, and is as wide as possible with every label after its bar inside the
/// drawing.
BarFrame frame_of(const BarChart& chart) {
    BarFrame frame;
    double greatest = 0;
    for (const BarChart::Mark& mark : chart.marks) greatest = std::max(greatest, mark.value);
    for_each_bar(chart, [&](const BarChart::Bar& bar) {
        frame.left = std::max(frame.left, margin + text_length(bar.name) + 7);
        greatest = std::max(greatest, length(bar));
    });
    frame.high = ticks({0, greatest}, 5).back();
    double widest = chart.width - 2 * margin - frame.left;
    for_each_bar(chart, [&](const BarChart::Bar& bar) {
        const double room = chart.width - margin - frame.left - text_length(bar.label) - label_gap;
        if (length(bar) > 0) widest = std::min(widest, room * frame.high / length(bar));
    });
    frame.right = frame.left + std::max(widest, chart.width / 4);
    return frame;
}

std::string fill(int colour) {
    return colour == BarChart::neutral ? "neutral" : "f" + std::to_string(colour % svg_colours);
}

std::string rectangle(double x, double y, double width, double height, int colour, const std::string& tip = "") {
    return element("rect",
                   "class=\"" + fill(colour) + "\"" + attribute("x", x) + attribute("y", y) +
                       attribute("width", width) + attribute("height", height) + " rx=\"1.5\"",
                   tip.empty() ? "" : element("title", "", escaped(tip))) +
           "\n";
}

/// The bar itself, without its texts.
std::string draw_parts(const BarChart::Bar& bar, const BarFrame& frame, double y) {
    std::string out;
    double from = 0;
    for (const BarChart::Part& part : bar.parts) {
        const double x = frame.across(from), width = frame.across(from + length(part)) - x;
        out += rectangle(x, y, width, thickness, part.colour,
                         bar.name + ": " + (part.text.empty() ? bar.label : part.text));
        from += length(part);
    }
    return out;
}

/// The bar's name, its label, and the texts of its parts.
std::string draw_texts(const BarChart::Bar& bar, const BarFrame& frame, double y) {
    const double baseline = y + thickness / 2 + 3.8;
    std::string out = svg_text(frame.left - 7, baseline, bar.name, "end");
    double from = 0;
    for (const BarChart::Part& part : bar.parts) {
        const double x = frame.across(from), width = frame.across(from + length(part)) - x;
        if (!part.text.empty() && text_length(part.text) < width)
            out += svg_text(x + width / 2, baseline, part.text, "middle", "inside");
        from += length(part);
    }
    return out + svg_text(frame.across(from) + label_gap, baseline, bar.label, "start", "value");
}

std::string draw_axis(const BarChart& chart, const BarFrame& frame, double top, double floor) {
    const std::vector<double> at = ticks({0, frame.high}, 5);
    std::string out;
    for (const double value : at) {
        const double x = frame.across(value);
        out += svg_line(x, top, x, floor, "class=\"" + std::string(value == 0 ? "axis" : "grid") + "\"");
        out += svg_text(x, floor + 15, tick_text(value, at[1] - at[0]), "middle");
    }
    return out + svg_text((frame.left + frame.right) / 2, floor + axis_height - 8, chart.x_label, "middle");
}

/// The dashed lines, over the bars and under their texts; the legend names them.
std::string draw_marks(const BarChart& chart, const BarFrame& frame, double top, double floor) {
    std::string out;
    for (const BarChart::Mark& mark : chart.marks)
        out += svg_line(frame.across(mark.value), top, frame.across(mark.value), floor, "class=\"mark dashed\"");
    return out;
}

Legend legend_of(const BarChart& chart) {
    std::vector<LegendEntry> entries;
    for (const BarChart::Key& key : chart.legend)
        entries.push_back({key.name, [&key](double x, double y) { return rectangle(x, y - 5, 22, 10, key.colour); }});
    for (const BarChart::Mark& mark : chart.marks)
        entries.push_back(
            {mark.name, [](double x, double y) { return svg_line(x, y, x + 22, y, "class=\"mark dashed\""); }});
    return lay_out_legend(entries, margin, chart.width);
}

}  // namespace

bool BarChart::empty() const {
    return std::all_of(groups.begin(), groups.end(), [](const Group& group) { return group.bars.empty(); });
}

Svg draw(const BarChart& chart) {
    const BarFrame frame = frame_of(chart);
    const Legend legend = legend_of(chart);
    const double top = chart.legend.empty() && chart.marks.empty() ? 30 : legend.bottom + 14;
    std::string bars, texts;
    double y = top;
    for (const BarChart::Group& group : chart.groups) {
        if (group.bars.empty()) continue;
        if (y > top) y += group_gap;
        if (!group.name.empty()) {
            texts += svg_text(margin, y + 12, group.name, "start", "heading");
            y += heading_height;
        }
        for (const BarChart::Bar& bar : group.bars) {
            bars += draw_parts(bar, frame, y);
            texts += draw_texts(bar, frame, y);
            y += thickness + bar_gap;
        }
    }
    return {chart.id,
            chart.title,
            chart.description,
            chart.width,
            y + axis_height,
            svg_text(margin, 18, chart.title, "start", "title") + draw_axis(chart, frame, top, y) + bars +
                draw_marks(chart, frame, top, y) + texts + legend.markup};
}

}  // namespace norma::drawing
