#pragma once

#include <string>
#include <string_view>

namespace norma::drawing {

/// Plain text made safe for HTML and SVG, in content and in quoted attributes. Control characters, which XML
/// forbids, become spaces; line ends and tabs stay. Bytes that are not UTF-8 (in a file's name) become U+FFFD.
std::string escaped(std::string_view text);

/// Lower-case letters, digits and dashes only: for file names and ids. Anything else becomes a dash.
std::string slug(std::string_view text);

/// Number of terminal columns of UTF-8 text: one for each character.
std::size_t text_width(std::string_view text);

/// The text in lines of at most 100 columns, broken at spaces. Every line ends with a line break.
std::string wrapped(std::string_view text);

/// `<name attributes>content</name>`; the content is markup.
std::string element(std::string_view name, std::string_view attributes, std::string_view content);

}  // namespace norma::drawing
