#pragma once

#include <string>
#include <string_view>

namespace norma::compare {

/// A drawing with a title and a description for those who cannot see it. Its looks come from `svg_style`, by class.
struct Svg {
    std::string id;  ///< unique on a page; also the name of its file, without the ending
    std::string title, description;
    double width = 0, height = 0;
    std::string body;  ///< markup

    /// For an HTML page that contains `svg_style` once.
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

/// ` name="value"`
std::string attribute(std::string_view name, double value);

/// `anchor` is start, middle or end.
std::string svg_text(double x, double y, std::string_view text, std::string_view anchor = "start",
                     std::string_view style_class = "label", std::string_view more_attributes = "");

}  // namespace norma::compare
