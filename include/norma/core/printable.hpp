#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "norma/core/target.hpp"
#include "norma/core/utf8.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
struct CharacterRange {
    char32_t first;
    char32_t last;
};
/// Characters that change what a terminal does or shows: control characters, line ends, changes of the writing
/// direction, and invisible ones.
constexpr bool steers_terminal(char32_t code) {
    constexpr CharacterRange ranges[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
                                         {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},
                                         {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f}};
    for (const CharacterRange& range : ranges) {
        if (code >= range.first && code <= range.last) return true;
    }
    return false;
}
}  // namespace detail

/// Text from a file, made safe for a message. Control characters become `\x1b` and the like, so that they neither reach
/// a terminal nor end the message; likewise changes of the writing direction, invisible characters, and bytes that are
/// not UTF-8. Cut off with "…" after `most` bytes.
[[gnu::cold]] inline std::string printable(std::string_view text, std::size_t most = 100) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const Utf8Character c = utf8_at(text, i);
        const bool plain = c && !detail::steers_terminal(c.code);
        const std::size_t taken = plain ? c.size : 1;
        if (i + taken > most) return result + "…";
        if (plain) {
            result += text.substr(i, taken);
        } else {
            constexpr const char* digits = "0123456789abcdef";
            const unsigned byte = static_cast<unsigned char>(text[i]);
            result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
        }
        i += taken;
    }
    return result;
}

}  // namespace norma::inline NORMA_TARGET
