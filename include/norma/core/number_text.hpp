#pragma once

#include <charconv>
#include <concepts>
#include <string>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A number for messages, with as few digits as tell it from its neighbours: 0.1, 1e-60, nan.
inline std::string number_text(double number) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}
/// The same of a float, which fewer digits tell from its neighbours: 1e+20, where the double next to it needs 17.
template <std::same_as<float> T>
std::string number_text(T number) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

}  // namespace norma::inline NORMA_TARGET
