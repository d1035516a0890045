#pragma once

#include <string>
#include <string_view>

namespace norma::drawing {

/// A drawing with a title and a description for those who cannot see it. Its looks come from `svg_style`, by class.
struct Svg {
    std::string id;  ///< unique on a page; also the name of its file, without the ending
    std::string title, description;
    double width = 0, height = 0;
    std::string body;  ///< markup

    /// For an HTML page that contains `svg_style` once. It takes the width it is given, up to half as much again as
    /// its own, for more would be coarse.
    std::string inlined() const;

    /// A file of its own, with the style inside.
    std::string standalone() const;
};

/// The rules for all drawings, light and dark by what the viewer prefers. Series colours are Okabe and Ito's, which the
/// colour-blind can tell apart; the darker ones are used on white and the lighter ones on black.
std::string_view svg_style();

/// How many series colours there are: classes s0 to s5.
inline constexpr int svg_colours = 6;

/// Rounded to a tenth of a unit, which no eye can see and which keeps paths short.
std::string coordinate(double value);

/// About how wide a character of a label is.
inline constexpr double character_width = 5.9;

/// ` name="value"`
std::string attribute(std::string_view name, double value);

/// `anchor` is start, middle or end.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor = "start",
                     std::string_view style_class = "label", std::string_view more_attributes = "");

/// A straight line; `attributes` say how it looks.
std::string svg_line(double x1, double y1, double x2, double y2, const std::string& attributes);

}  // namespace norma::drawing
