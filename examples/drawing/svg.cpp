#include "svg.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "markup.hpp"

namespace norma::drawing {
namespace {

std::string wrapped(const Svg& svg, const std::string& more_attributes, std::string_view style) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + more_attributes + " viewBox=\"0 0 " + coordinate(svg.width) +
           " " + coordinate(svg.height) + "\" class=\"drawing\" role=\"img\" aria-labelledby=\"" + svg.id + "-title " +
           svg.id + "-text\">\n" + element("title", "id=\"" + svg.id + "-title\"", escaped(svg.title)) +
           element("desc", "id=\"" + svg.id + "-text\"", escaped(svg.description)) +
           (style.empty() ? "" : element("style", "", style)) + "<rect class=\"paper\"" +
           attribute("width", svg.width) + attribute("height", svg.height) + "/>\n" + svg.body + "</svg>\n";
}

}  // namespace

std::string Svg::inlined() const {
    return wrapped(*this, " style=\"max-width: " + coordinate(1.5 * width) + "px\"", "");
}

std::string Svg::standalone() const {
    // Twice the units: large enough when opened alone.
    return wrapped(*this, attribute("width", 2 * width) + attribute("height", 2 * height), svg_style());
}

std::string_view svg_style() {
    return R"(
.drawing { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: 11px }
.paper { fill: #fff }
.label { fill: #4a5058 }
.title { fill: #14181d; font-weight: 600; font-size: 12.5px }
.axis { stroke: #7d848c; fill: none }
.grid { stroke: #e4e7ea; fill: none }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.band { stroke: none; fill-opacity: .18 }
.raw { fill: none; stroke-width: .7; stroke-opacity: .28; stroke-linejoin: round }
.dashed { stroke-dasharray: 5 4 }
.dot { stroke-width: 1.6 }
.open { fill: #fff }
.s0 { stroke: #0072b2 } .s1 { stroke: #d55e00 } .s2 { stroke: #009e73 }
.s3 { stroke: #b8578f } .s4 { stroke: #14181d } .s5 { stroke: #8a6d00 }
.f0 { fill: #0072b2 } .f1 { fill: #d55e00 } .f2 { fill: #009e73 }
.f3 { fill: #b8578f } .f4 { fill: #14181d } .f5 { fill: #8a6d00 }
.right { fill: #0072b2 } .wrong { fill: #d55e00 }
.count { fill: #14181d }
.heading, .value { fill: #14181d; stroke: #fff; stroke-width: 5px; stroke-linejoin: round; paint-order: stroke }
.heading { font-weight: 600 } .inside { fill: #fff }
.neutral { fill: #9aa2aa }
.mark { stroke: #14181d; stroke-width: 1.4; fill: none }
@media (prefers-color-scheme: dark) {
.paper { fill: #171b20 }
.label { fill: #b3bac2 }
.title { fill: #eef1f4 }
.axis { stroke: #7d868f }
.grid { stroke: #2b3138 }
.raw { stroke-opacity: .34 }
.open { fill: #171b20 }
.s0 { stroke: #56b4e9 } .s1 { stroke: #e69f00 } .s2 { stroke: #19c795 }
.s3 { stroke: #dd94bf } .s4 { stroke: #eef1f4 } .s5 { stroke: #f0e442 }
.f0 { fill: #56b4e9 } .f1 { fill: #e69f00 } .f2 { fill: #19c795 }
.f3 { fill: #dd94bf } .f4 { fill: #eef1f4 } .f5 { fill: #f0e442 }
.count { fill: #fff }
.heading, .value { fill: #eef1f4; stroke: #171b20 } .inside { fill: #14181d }
.neutral { fill: #78818a }
.mark { stroke: #eef1f4 }
}
)";
}

std::string coordinate(double value) {
    std::array<char, 64> text;
    const double tenths = std::round(value * 10) / 10 + 0.0;
    return {text.begin(), std::to_chars(text.begin(), text.end(), tenths).ptr};
}

std::string attribute(std::string_view name, double value) {
    return " " + std::string(name) + "=\"" + coordinate(value) + "\"";
}

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& attributes) {
    return "<line " + attributes + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
           attribute("y2", y2) + "/>\n";
}

std::string svg_text(double x, double y, std::string_view text, std::string_view anchor, std::string_view style_class,
                     std::string_view more_attributes) {
    std::string attributes = "class=\"" + std::string(style_class) + "\"" + attribute("x", x) + attribute("y", y);
    if (anchor != "start") attributes += " text-anchor=\"" + std::string(anchor) + "\"";
    return element("text", attributes + std::string(more_attributes), escaped(text)) + "\n";
}

}  // namespace norma::drawing
