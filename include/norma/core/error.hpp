#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>

#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"

#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#endif

/// Before the name of an exception's type: a program can catch what a shared library throws, even if both are compiled
/// with hidden visibility, because this makes their type information the same.
#if defined(__GNUC__)
#define NORMA_VISIBLE __attribute__((visibility("default")))
#else
#define NORMA_VISIBLE
#endif

// Not in the inline namespace: a program that is compiled for several instruction sets catches the same types.
namespace norma {

/// Base of everything that norma throws. `what()` is one readable message: the place, what was found and what to do.
struct NORMA_VISIBLE Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A file is missing, truncated, corrupt, or cannot be written.
struct NORMA_VISIBLE FileError : Error {
    using Error::Error;
};

/// Data handed to the library has the wrong size, or a value outside its range.
struct NORMA_VISIBLE DataError : Error {
    using Error::Error;
};

/// A setting is outside its range.
struct NORMA_VISIBLE OptionError : Error {
    using Error::Error;
};

/// Training cannot go on: a loss that is not finite, or statistics of too few values.
struct NORMA_VISIBLE TrainingError : Error {
    using Error::Error;
};

}  // namespace norma

namespace norma::inline NORMA_TARGET {

/// Throws `E(message)`. Without exceptions (-fno-exceptions) it prints the message and aborts, so that code which
/// raises only on misuse can be used there.
template <class E = Error>
[[noreturn, gnu::cold]] inline void raise(const std::string& message) {
#if defined(__cpp_exceptions)
    throw E(message);
#else
    std::fprintf(stderr, "norma: %s\n", message.c_str());
    std::abort();
#endif
}
/// The same with the message in parts: `raise<DataError>({"sample ", i, " of batch ", b, " is empty"})`.
template <class E = Error>
[[noreturn, gnu::cold]] inline void raise(std::initializer_list<TextPart> message) {
    raise<E>(joined_text(message));
}

}  // namespace norma::inline NORMA_TARGET
