#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/core/utf8.hpp"
#include "norma/io/json_string.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Reads JSON once from the beginning to the end. It stores nothing: values are returned as views of the text. So time
/// is in proportion to the text, and no memory is allocated however deep the text is nested. It refuses what some
/// parsers accept: a byte-order mark, anything after the end, and more than `levels` levels of objects and arrays.
class JsonScanner {
public:
    /// `name` begins every message: "weights.safetensors: its header".
    JsonScanner(std::string_view text, std::string name, int levels)
        : text_(text), name_(std::move(name)), levels_(levels) {
        if (text.starts_with("\xef\xbb\xbf")) refuse("begins with a byte-order mark; save it without one");
    }

    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>(name_ + " " + what); }

    /// The next character that is not white space; 0 at the end.
    char next() {
        while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    /// What kind of value comes next, for messages.
    const char* kind() {
        const char c = next();
        return c == '{'   ? "an object"
               : c == '[' ? "an array"
               : c == '"' ? "a string"
               : c == 'n' ? "null"
                          : other_kind(c);
    }
    /// The byte at which the next value begins.
    std::size_t place() {
        next();
        return at_;
    }

    /// Reads an object. Calls `member(name)` for each member, which must read the value.
    template <class Member>
    void object(const Member& member) {
        sequence('{', '}', [&] {
            const JsonString name = string();
            must_follow(':');
            member(name);
        });
    }
    /// Reads an array. Calls `element()` for each element, which must read it.
    template <class Element>
    void list(const Element& element) {
        sequence('[', ']', element);
    }
    /// Reads a string.
    JsonString string() {
        must_follow('"');
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '"') text_[at_] == '\\' ? escape() : character();
        if (at_ == text_.size()) broken("the string that begins at byte " + std::to_string(begin) + " does not end");
        return JsonString(text_.substr(begin, at_++ - begin));
    }
    /// Reads any value, and returns its JSON.
    std::string_view value() {
        const char c = next();
        const std::size_t begin = at_;
        if (c == '{') {
            object([&](const JsonString&) { value(); });
        } else if (c == '[') {
            list([&] { value(); });
        } else if (c == '"') {
            string();
        } else if (c == '-' || is_digit(c)) {
            number();
        } else {
            word();
        }
        return text_.substr(begin, at_ - begin);
    }
    /// Verifies that the text ends here.
    void end() {
        next();
        if (at_ != text_.size()) broken(at_place() + ", expected the end");
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static const char* other_kind(char c) {
        return c == '-' || is_digit(c) ? "a number" : c == 't' || c == 'f' ? "true or false" : "no value";
    }
    [[noreturn]] void broken(const std::string& what) const { refuse("is not valid JSON: " + what); }
    std::string at_place() const {
        return (at_ == text_.size() ? "it ends" : "it has '" + printable(text_.substr(at_, character_size())) + "'") +
               " at byte " + std::to_string(at_);
    }
    std::size_t character_size() const { return std::max(utf8_at(text_, at_).size, std::size_t{1}); }

    void must_follow(char c) {
        if (next() != c || at_ == text_.size()) broken(at_place() + ", expected '" + std::string(1, c) + "'");
        ++at_;
    }
    template <class Part>
    void sequence(char opens, char closes, const Part& part) {
        must_follow(opens);
        if (++depth_ > levels_) {
            refuse("has more than " + std::to_string(levels_) + " levels of objects and arrays, from byte " +
                   std::to_string(at_ - 1) + " on");
        }
        if (next() != closes) {
            part();
            while (next() == ',') {
                ++at_;
                part();
            }
        }
        must_follow(closes);
        --depth_;
    }
    void character() {
        const Utf8Character c = utf8_at(text_, at_);
        if (!c) broken(at_place() + ", which is not UTF-8");
        if (c.code < 0x20) broken(at_place() + " in a string, where it must be escaped");
        at_ += c.size;
    }
    void escape() {
        ++at_;
        if (at_ == text_.size() || std::string_view("\"\\/bfnrtu").find(text_[at_]) == std::string_view::npos) {
            broken(at_place() + " after a backslash, expected one of \"\\/bfnrtu");
        }
        if (text_[at_++] != 'u') return;
        const char32_t first = escaped_number();
        const bool pair = first >= 0xd800 && first < 0xdc00;
        bool half = first >= 0xdc00 && first < 0xe000;
        if (pair && text_.substr(at_).starts_with("\\u")) {
            at_ += 2;
            const char32_t second = escaped_number();
            half = second < 0xdc00 || second >= 0xe000;
        } else {
            half = half || pair;
        }
        if (half) broken("the \\u escape before byte " + std::to_string(at_) + " is only half of a pair");
    }
    char32_t escaped_number() {
        const std::string_view digits = text_.substr(at_, 4);
        if (digits.size() < 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
            broken(at_place() + " after \\u, expected four hexadecimal digits");
        }
        at_ += 4;
        return hexadecimal_number(digits);
    }
    void digits() {
        if (at_ == text_.size() || !is_digit(text_[at_])) broken(at_place() + ", expected a digit");
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }
    bool take_one_of(std::string_view characters) {
        if (at_ == text_.size() || characters.find(text_[at_]) == std::string_view::npos) return false;
        ++at_;
        return true;
    }
    void number() {
        take_one_of("-");
        if (!take_one_of("0")) digits();
        if (take_one_of(".")) digits();
        if (take_one_of("eE")) {
            take_one_of("+-");
            digits();
        }
    }
    void word() {
        for (const std::string_view known : {"null", "true", "false"}) {
            if (!text_.substr(at_).starts_with(known)) continue;
            at_ += known.size();
            return;
        }
        broken(at_place() + ", expected a value");
    }

    std::string_view text_;
    std::string name_;
    int levels_;
    int depth_ = 0;  // number of open objects and arrays
    std::size_t at_ = 0;
};

}  // namespace norma::inline NORMA_TARGET::detail
