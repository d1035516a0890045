#pragma once

#include <string>

namespace norma::compare {

/// The processor's name, or its architecture if the name is not known.
std::string processor_name();

/// The widest SIMD instructions that the program was compiled for.
const char* instruction_set();

/// Name and version of the compiler.
std::string compiler_name();

/// Processor, number of logical cores, and operating system.
std::string machine_line();

/// Compiler, whether it optimised, and how many floats a SIMD packet has.
std::string compiler_line();

/// Local date and time.
std::string time_line();

}  // namespace norma::compare
