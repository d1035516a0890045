#pragma once

#include <stdexcept>
#include <string>

#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#endif

namespace norma {

/// Base of everything that norma throws; `what()` is one readable message that names the place, what was found
/// and what to do about it.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A file is missing, truncated, corrupt, or cannot be written.
struct FileError : Error {
    using Error::Error;
};

/// Data handed to the library has the wrong size, or a value outside its range.
struct DataError : Error {
    using Error::Error;
};

/// A setting is outside the range in which it means anything.
struct OptionError : Error {
    using Error::Error;
};

/// Training cannot go on: a loss that is not finite, or statistics of too few values.
struct TrainingError : Error {
    using Error::Error;
};

/// Throws `E(message)`. Where exceptions are switched off it prints the message and aborts, so that the rooms
/// which only raise on misuse stay usable there.
template <class E = Error>
[[noreturn]] inline void raise(const std::string& message) {
#if defined(__cpp_exceptions)
    throw E(message);
#else
    std::fprintf(stderr, "norma: %s\n", message.c_str());
    std::abort();
#endif
}

}  // namespace norma
