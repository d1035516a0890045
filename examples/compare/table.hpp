#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace norma::compare {

/// The table of results before it is rendered: headings and cells as plain text. Every row has one cell a column.
struct Table {
    struct Column {
        std::string group;  ///< heading shared with neighbours of the same group
        std::string name;
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< the first cell names the row
};

/// One row a network, a second one after it where it was recalibrated. The published figures stand at the right where
/// the run is on the data they were made with, and are left out where it is not.
Table make_table(const Results& results);

/// Aligned plain text of at most 120 columns.
std::string render_text(const Table& table);

/// A `<table>`.
std::string render_html(const Table& table);

/// What a reader of the table has to know: intervals, what the published figures may be compared with, whether the run
/// was stopped or had only begun to learn. Plain text, one sentence or two each.
std::vector<std::string> table_notes(const Results& results);

/// The table and the notes, for a terminal.
std::string format_table(const Results& results);

}  // namespace norma::compare
