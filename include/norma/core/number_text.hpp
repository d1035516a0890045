#pragma once

#include <charconv>
#include <string>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A number for messages, with as few digits as tell it from its neighbours: 0.1, 1e-60, nan.
inline std::string number_text(double number) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

}  // namespace norma::inline NORMA_TARGET
