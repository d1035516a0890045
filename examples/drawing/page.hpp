#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svg.hpp"
#include "table.hpp"

namespace norma::drawing {

/// A `<p>` for each text. Texts are plain; a number and its per cent sign stay on one line.
std::string paragraphs(const std::vector<std::string>& texts);

/// A `<section>` with a heading; links can point to its `id`. `content` is markup.
std::string section(const std::string& id, const std::string& heading, const std::string& content);

/// The drawings, side by side if there is room.
std::string plots(const std::vector<Svg>& drawings);

/// The table on a card that scrolls on a narrow screen; `label` describes it to screen readers.
std::string table_card(const Table& table, std::string_view label, std::string_view caption);

/// An entry of a page's table of contents.
struct Link {
    std::string id;  ///< of the section
    std::string name;
};

/// The table of contents.
std::string navigation(const std::vector<Link>& links);

/// A complete HTML file that loads nothing else, with a light and a dark design, for wide and narrow screens. `body` is
/// markup.
std::string whole_page(std::string_view title, std::string_view body);

}  // namespace norma::drawing
