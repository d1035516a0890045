#pragma once

#include <string>
#include <vector>

#include "drawing/table.hpp"
#include "results.hpp"

namespace norma::compare {

/// Was a network tested with several views of each image?
bool has_views(const Results& results);

/// One row for each network, and a second row if it was recalibrated. The columns at the right are the published
/// figures, if the run used the same data set.
drawing::Table make_table(const Results& results);

/// Notes for readers of the table: what the columns are, whether the published figures can be compared, and whether the
/// run was stopped or was still learning. Plain text, one or two sentences each.
std::vector<std::string> table_notes(const Results& results);

/// The table and the notes, for a terminal.
std::string format_table(const Results& results);

}  // namespace norma::compare
