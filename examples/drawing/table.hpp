#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace norma::drawing {

/// A table: headings and cells as plain text. Every row has one cell for each column.
struct Table {
    struct Column {
        std::string group;  ///< second heading above, shared by neighbouring columns of the same group
        std::string name;
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< the first cell names the row
};

/// The table as aligned plain text. There is a line of group headings only if a column has a group.
std::string render_text(const Table& table);

/// The table as HTML; the caption is for screen readers.
std::string render_html(const Table& table, std::string_view caption);

/// The table as Markdown, without groups, because Markdown has only one line of headings.
std::string render_markdown(const Table& table);

}  // namespace norma::drawing
