#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// The value of these hexadecimal digits.
inline char32_t hexadecimal_number(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

/// A JSON string as it is in the file, between its quotation marks. `JsonScanner` has verified it.
class JsonString {
public:
    JsonString() = default;
    explicit JsonString(std::string_view raw) : raw_(raw) {}

    /// The string as it is in the file, with escapes.
    std::string_view raw() const { return raw_; }
    /// The text that it stands for, without escapes.
    std::string text() const {
        std::string result;
        result.reserve(raw_.size());
        for (std::size_t at = 0; at < raw_.size();) result.append(piece(at));
        return result;
    }
    /// Compares the texts of both: negative, 0 or positive.
    int compare(const JsonString& other) const {
        if (!is_escaped() && !other.is_escaped()) return raw_.compare(other.raw_);
        return text().compare(other.text());
    }
    /// Compares its text with `text`.
    int compare_text(std::string_view text) const {
        return is_escaped() ? this->text().compare(text) : raw_.compare(text);
    }
    /// Is this its text?
    bool operator==(std::string_view text) const { return compare_text(text) == 0; }

private:
    bool is_escaped() const { return raw_.find('\\') != std::string_view::npos; }

    /// The text of the piece at `at`: one escape, or everything up to the next escape. Moves `at` to the piece's end.
    std::string piece(std::size_t& at) const {
        if (raw_[at] != '\\') {
            const std::size_t begin = std::exchange(at, std::min(raw_.find('\\', at), raw_.size()));
            return std::string(raw_.substr(begin, at - begin));
        }
        const char kind = raw_[at + 1];
        at += 2;
        if (kind != 'u') {
            constexpr std::string_view names = "bfnrt";
            constexpr std::string_view characters = "\b\f\n\r\t";
            const std::size_t found = names.find(kind);
            return std::string(1, found == std::string_view::npos ? kind : characters[found]);
        }
        char32_t code = hexadecimal_number(raw_.substr(at, 4));
        at += 4;
        if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair; the second follows
            code = 0x10000 + ((code - 0xd800) << 10) + (hexadecimal_number(raw_.substr(at + 2, 4)) - 0xdc00);
            at += 6;
        }
        const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
        if (code < 0x80) return {byte(code)};
        const auto follow = [&](int shift) { return byte(0x80 | ((code >> shift) & 0x3f)); };
        if (code < 0x800) return {byte(0xc0 | (code >> 6)), follow(0)};
        if (code < 0x10000) return {byte(0xe0 | (code >> 12)), follow(6), follow(0)};
        return {byte(0xf0 | (code >> 18)), follow(12), follow(6), follow(0)};
    }

    std::string_view raw_;
};

/// The value of a JSON number that is written as whole, not negative, and fits 64 bits; nothing for another value.
inline std::optional<std::uint64_t> whole_number(std::string_view json) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
    if (error != std::errc{} || end != json.data() + json.size()) return std::nullopt;
    return value;
}

}  // namespace norma::inline NORMA_TARGET::detail
