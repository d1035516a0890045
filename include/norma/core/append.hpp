#pragma once

#include <vector>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Appends `value`. If a program has files for several instruction sets, a function of std::vector<double> that is not
/// inlined exists once for all of them, with the instructions of any. Of this function each has its own.
NORMA_FLATTEN inline void append(std::vector<double>& values, double value) { values.push_back(value); }

}  // namespace norma::inline NORMA_TARGET
