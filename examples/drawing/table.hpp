#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace norma::drawing {

/// A table before it is rendered: headings and cells as plain text. Every row has one cell a column.
struct Table {
    struct Column {
        std::string group;  ///< heading shared with neighbours of the same group
        std::string name;
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< the first cell names the row
};

/// Aligned plain text. A head above the names of the columns only where a column has a group.
std::string render_text(const Table& table);

/// A `<table>`; the caption is for those who cannot see it.
std::string render_html(const Table& table, std::string_view caption);

/// A Markdown table; the groups are left out, for Markdown has one line of heads.
std::string render_markdown(const Table& table);

}  // namespace norma::drawing
