#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness.hpp"

namespace fuzz {

/// The place after the JSON object or array that begins at `at`; the end of the text if it is not closed.
inline std::size_t end_of_json(std::string_view text, std::size_t at) {
    int depth = 0;
    bool in_text = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (in_text) {
            if (c == '\\') ++at;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (--depth <= 0) return at + 1;
        }
    }
    return text.size();
}

/// The largest second number of a `"data_offsets":[a,b]` in the text; 0 if there is none.
inline std::size_t end_of_tensors(std::string_view text) {
    constexpr std::string_view key = "\"data_offsets\":[";
    std::size_t end = 0;
    for (std::size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
        std::size_t i = std::min(text.find(',', at + key.size()), text.size());
        std::size_t number = 0;
        while (++i < text.size() && text[i] >= '0' && text[i] <= '9' && number < 1'000'000) {
            number = 10 * number + std::size_t(text[i] - '0');
        }
        end = std::max(end, number);
    }
    return end;
}

/// Sets the first eight bytes to the header's length, and makes the file as long as its tensors need.
inline void repair_safetensors(Buffer& file, std::size_t most_bytes) {
    constexpr std::size_t prefix = 8;
    if (file.size() <= prefix) return;
    std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    std::size_t end = end_of_json(text, prefix);
    while (end < text.size() && text[end] == ' ') ++end;
    const std::size_t tensors = end_of_tensors(text.substr(prefix, end - prefix));
    if (end + tensors <= most_bytes) file.resize(end + tensors);
    for (std::size_t i = 0; i < prefix; ++i) {
        file[i] = static_cast<std::uint8_t>(std::uint64_t{end - prefix} >> (8 * i));
    }
}

}  // namespace fuzz
