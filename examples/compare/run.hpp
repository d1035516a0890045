#pragma once

#include "options.hpp"
#include "train.hpp"

namespace norma::compare {

/// Gets the data, trains each network, writes the report and prints the table. Returns the exit status: 0; 1 if a
/// training failed (its message is printed, and the other trainings continue) or a file could not be written; 128 plus
/// the signal's number if a signal stopped it.
/// @throws Error before any training begins, if an option, a file or a folder cannot be used.
int run(const Options& options, const ComparedNetwork& network);

}  // namespace norma::compare
