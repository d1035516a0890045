#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Text from a file, fit to stand in a message: control characters as `\x1b`, so that they reach neither a terminal nor
/// end the message, and cut off with "…" behind `most` bytes. Other UTF-8 stays as it is; bytes that are none become
/// `\xff`.
inline std::string printable(std::string_view text, std::size_t most = 100) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) {
            return at < text.size() ? static_cast<unsigned char>(text[at]) : static_cast<unsigned char>(0);
        };
        const unsigned first = byte(i);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xc2 ? 0
                                   : first < 0xe0 ? 2
                                   : first < 0xf0 ? 3
                                   : first < 0xf5 ? 4
                                                  : 0;
        bool plain = length > 1 || (length == 1 && first >= 0x20 && first != 0x7f);
        for (std::size_t k = 1; k < length; ++k) plain = plain && (byte(i + k) & 0xc0) == 0x80;
        if (first == 0xc2 && byte(i + 1) < 0xa0) plain = false;  // the control characters behind ASCII
        const std::size_t taken = plain ? length : 1;
        if (i + taken > most) return result + "…";
        if (plain) {
            result += text.substr(i, taken);
        } else {
            constexpr const char* digits = "0123456789abcdef";
            result += {'\\', 'x', digits[first / 16], digits[first % 16]};
        }
        i += taken;
    }
    return result;
}

}  // namespace norma::inline NORMA_TARGET
