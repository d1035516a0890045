#pragma once

#include <string>

namespace norma::compare {

/// Processor, logical cores and system, as far as the system tells.
std::string machine_line();

/// Compiler with its version, how it was told to compile, and how many floats a SIMD packet holds.
std::string compiler_line();

/// Local date and time.
std::string time_line();

}  // namespace norma::compare
