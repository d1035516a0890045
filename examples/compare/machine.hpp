#pragma once

#include <string>

namespace norma::compare {

/// What the processor calls itself; its architecture where it does not say.
std::string processor_name();

/// The widest SIMD instructions that the program was compiled to use.
const char* instruction_set();

/// Compiler with its version.
std::string compiler_name();

/// Processor, logical cores and system, as far as the system tells.
std::string machine_line();

/// Compiler with its version, how it was told to compile, and how many floats a SIMD packet holds.
std::string compiler_line();

/// Local date and time.
std::string time_line();

}  // namespace norma::compare
