#pragma once

#include <string>
#include <vector>

#include "drawing/table.hpp"
#include "results.hpp"

namespace norma::compare {

/// One row a network, a second one after it where it was recalibrated. The published figures stand at the right where
/// the run is on the data they were made with, and are left out where it is not.
drawing::Table make_table(const Results& results);

/// What a reader of the table has to know: intervals, what the published figures may be compared with, whether the run
/// was stopped or had only begun to learn. Plain text, one sentence or two each.
std::vector<std::string> table_notes(const Results& results);

/// The table and the notes, for a terminal.
std::string format_table(const Results& results);

}  // namespace norma::compare
