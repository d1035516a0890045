#pragma once

#include <charconv>
#include <concepts>
#include <string>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A number for messages, with the fewest digits that read back to the same number: 0.1, 1e-60, nan.
[[gnu::cold]] inline std::string number_text(double number) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}
/// The same for a float, which needs fewer digits: 1e+20, where the same number as a double needs 17.
template <std::same_as<float> T>
std::string number_text(T number) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

}  // namespace norma::inline NORMA_TARGET
