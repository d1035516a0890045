#pragma once

#include <cstddef>
#include <string_view>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// One character of a text in UTF-8.
struct Utf8Character {
    char32_t code = 0;     ///< its number in Unicode
    std::size_t size = 0;  ///< its bytes; 0 where the text is not UTF-8

    /// Is it a character at all?
    constexpr explicit operator bool() const { return size != 0; }
};

/// The character that begins at byte `at` of `text`. Overlong encodings, surrogates and numbers above U+10FFFF are not
/// characters.
constexpr Utf8Character utf8_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {};
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    const char32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size == 0 || size > text.size() - at) return {};
    char32_t code = first & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = (code << 6) | (byte(i) & 0x3f);
    }
    const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (too_long || is_surrogate || code > 0x10ffff) return {};
    return {code, size};
}

/// Is all of the text UTF-8?
constexpr bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Character c = utf8_at(text, at);
        if (!c) return false;
        at += c.size;
    }
    return true;
}

}  // namespace norma::inline NORMA_TARGET
