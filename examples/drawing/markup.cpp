#include "markup.hpp"

#include <algorithm>

#include "norma/core/utf8.hpp"

namespace norma::drawing {

std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Character c = utf8_at(text, at);
        switch (c.code) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (!c) {
                    out += "\uFFFD";
                } else if (c.code < 32 && c.code != '\n' && c.code != '\t') {
                    out += ' ';
                } else {
                    out += text.substr(at, c.size);
                }
        }
        at += c ? c.size : 1;
    }
    return out;
}

std::string slug(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) c = '-';
    }
    return out;
}

std::size_t text_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string wrapped(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view word = text.substr(at, end - at);
        if (column && column + 1 + text_width(word) > 100) {
            out += '\n';
            column = 0;
        }
        if (column) out += ' ';
        out += word;
        column += (column ? 1 : 0) + text_width(word);
        at = end + 1;
    }
    return out + '\n';
}

std::string element(std::string_view name, std::string_view attributes, std::string_view content) {
    std::string out = "<" + std::string(name);
    if (!attributes.empty()) out += " " + std::string(attributes);
    return out + ">" + std::string(content) + "</" + std::string(name) + ">";
}

}  // namespace norma::drawing
