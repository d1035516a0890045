#pragma once

#include <string>
#include <vector>

/// What one file of the program did with a network that all of them use.
struct Part {
    const char* target;          ///< the inline namespace that its norma is in
    int lanes;                   ///< of its widest packet
    std::vector<double> losses;  ///< of each epoch
};

/// The file compiled for any processor of the family.
namespace baseline {
Part train();
void refuse();                          ///< throws norma::OptionError, with a number in its message
std::string caught(void (*refuses)());  ///< the message of the norma::OptionError that `refuses` throws
}  // namespace baseline

/// The same file, compiled for a newer processor.
namespace wide {
Part train();
void refuse();
std::string caught(void (*refuses)());
}  // namespace wide
