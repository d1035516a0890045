#pragma once

#include "options.hpp"

namespace norma::compare {

/// Gets the data, trains each network, writes the report and prints the table. Returns the exit status: 0; 1 where a
/// training failed, which its message says and the others survive; 128 and the number of the signal where one ended it.
/// @throws Error of the kinds that say what cannot be done, before any training begins or where the report cannot be
/// written.
int run(const Options& options);

}  // namespace norma::compare
