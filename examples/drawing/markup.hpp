#pragma once

#include <string>
#include <string_view>

namespace norma::drawing {

/// Plain text made safe for HTML and SVG, in content and in quoted attributes. Control characters, which XML
/// forbids, become spaces; line ends and tabs stay. Bytes that are no UTF-8, such as of a file's name, become U+FFFD.
std::string escaped(std::string_view text);

/// Lower-case letters, digits and dashes only: for file names and ids. Anything else becomes a dash.
std::string slug(std::string_view text);

/// Terminal columns that UTF-8 text takes, every character counted as one.
std::size_t text_width(std::string_view text);

/// Lines of at most 100 columns, each ended, broken at spaces.
std::string wrapped(std::string_view text);

/// `<name attributes>content</name>` with the content taken as markup.
std::string element(std::string_view name, std::string_view attributes, std::string_view content);

}  // namespace norma::drawing
