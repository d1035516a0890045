#pragma once

#include <string>
#include <string_view>

namespace norma::drawing {

/// A drawing with a title, and a description for screen readers. `svg_style` has the CSS rules for its classes.
struct Svg {
    std::string id;  ///< unique on a page; also the name of its file, without the ending
    std::string title, description;
    double width = 0, height = 0;
    std::string body;  ///< markup

    /// Markup for an HTML page that contains `svg_style` once. It fills the available width, up to 1.5 times its own
    /// width.
    std::string inlined() const;

    /// The content of an SVG file, with the style in it.
    std::string standalone() const;
};

/// The CSS rules for all drawings, light or dark as the viewer prefers. Series colours are those of Okabe and Ito,
/// which colour-blind people can distinguish, darker on white and lighter on black.
std::string_view svg_style();

/// Number of series colours: classes s0 to s5.
inline constexpr int svg_colours = 6;

/// The number rounded to a tenth of a unit: the difference is not visible, and paths are short.
std::string coordinate(double value);

/// About the width of a character of a label.
inline constexpr double character_width = 5.9;

/// ` name="value"`
std::string attribute(std::string_view name, double value);

/// `anchor` is start, middle or end.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor = "start",
                     std::string_view style_class = "label", std::string_view more_attributes = "");

/// A straight line with these SVG attributes.
std::string svg_line(double x1, double y1, double x2, double y2, const std::string& attributes);

}  // namespace norma::drawing
