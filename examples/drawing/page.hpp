#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svg.hpp"
#include "table.hpp"

namespace norma::drawing {

/// A `<p>` each, of plain text. A figure and its per cent sign stay on one line.
std::string paragraphs(const std::vector<std::string>& texts);

/// A `<section>` under a heading that links can name; `content` is markup.
std::string section(const std::string& id, const std::string& heading, const std::string& content);

/// The drawings beside each other where there is room.
std::string plots(const std::vector<Svg>& drawings);

/// The table on a card that scrolls on a narrow screen; `label` says what it holds to those who cannot see it.
std::string table_card(const Table& table, std::string_view label, std::string_view caption);

/// An entry of a page's table of contents.
struct Link {
    std::string id;  ///< of the section
    std::string name;
};

/// The table of contents.
std::string navigation(const std::vector<Link>& links);

/// A whole HTML file that fetches nothing: light and dark, wide and narrow. `body` is markup.
std::string whole_page(std::string_view title, std::string_view body);

}  // namespace norma::drawing
