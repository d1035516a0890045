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

/// Goes through JSON once, from the beginning to the end, and keeps nothing of it: what is taken is shown where it
/// stands. So its time is in proportion to the text and its memory is none, however the text is nested. It refuses what
/// JSON parsers pass over: a byte-order mark, anything behind the end, more levels than are asked for.
class JsonScanner {
public:
    /// `name` begins every message: "weights.safetensors: its header".
    JsonScanner(std::string_view text, std::string name, int levels)
        : text_(text), name_(std::move(name)), levels_(levels) {
        if (text.starts_with("\xef\xbb\xbf")) refuse("begins with a byte-order mark; save it without one");
    }

    [[noreturn]] void refuse(const std::string& what) const { raise<DataError>(name_ + " " + what); }

    /// The first character of what comes next; 0 at the end.
    char next() {
        while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    /// In a word, what comes next.
    const char* kind() {
        const char c = next();
        return c == '{' ? "an object" : c == '[' ? "a list" : c == '"' ? "a text" : c == 'n' ? "null" : other_kind(c);
    }
    /// Where what comes next begins.
    std::size_t place() {
        next();
        return at_;
    }

    /// Takes an object: `member(name)` takes each value.
    template <class Member>
    void object(const Member& member) {
        sequence('{', '}', [&] {
            const JsonString name = string();
            must_follow(':');
            member(name);
        });
    }
    /// Takes a list: `element()` takes each value.
    template <class Element>
    void list(const Element& element) {
        sequence('[', ']', element);
    }
    /// Takes a text.
    JsonString string() {
        must_follow('"');
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '"') text_[at_] == '\\' ? escape() : character();
        if (at_ == text_.size()) broken("the text that begins at byte " + std::to_string(begin) + " has no end");
        return JsonString(text_.substr(begin, at_++ - begin));
    }
    /// Takes any value, and returns it as it stands in the file.
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
    /// Is there nothing more?
    void end() {
        next();
        if (at_ != text_.size()) broken(at_place() + ", where it should end");
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static const char* other_kind(char c) {
        return c == '-' || is_digit(c) ? "a number" : c == 't' || c == 'f' ? "a truth value" : "no value";
    }
    [[noreturn]] void broken(const std::string& what) const { refuse("is not the JSON that it should be: " + what); }
    std::string at_place() const {
        return (at_ == text_.size() ? "it ends" : "'" + printable(text_.substr(at_, character_size())) + "' stands") +
               " at byte " + std::to_string(at_);
    }
    std::size_t character_size() const { return std::max(utf8_at(text_, at_).size, std::size_t{1}); }

    void must_follow(char c) {
        if (next() != c || at_ == text_.size()) broken(at_place() + ", where " + std::string(1, c) + " should");
        ++at_;
    }
    template <class Part>
    void sequence(char opens, char closes, const Part& part) {
        must_follow(opens);
        if (++depth_ > levels_) {
            refuse("is nested deeper than the " + std::to_string(levels_) + " levels that it should have, at byte " +
                   std::to_string(at_ - 1));
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
        if (!c) broken(at_place() + ", which is no UTF-8");
        if (c.code < 0x20) broken(at_place() + " in a text, where it should be escaped");
        at_ += c.size;
    }
    void escape() {
        ++at_;
        if (at_ == text_.size() || std::string_view("\"\\/bfnrtu").find(text_[at_]) == std::string_view::npos) {
            broken(at_place() + " behind a backslash");
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
        if (half) broken("before byte " + std::to_string(at_) + " stands half a pair of \\u escapes");
    }
    char32_t escaped_number() {
        const std::string_view digits = text_.substr(at_, 4);
        if (digits.size() < 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
            broken(at_place() + ", where \\u needs four hexadecimal digits");
        }
        at_ += 4;
        return hexadecimal_number(digits);
    }
    void digits() {
        if (at_ == text_.size() || !is_digit(text_[at_])) broken(at_place() + ", where a digit should");
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
        broken(at_place() + ", where a value should");
    }

    std::string_view text_;
    std::string name_;
    int levels_;
    int depth_ = 0;  // objects and lists that are open
    std::size_t at_ = 0;
};

}  // namespace norma::inline NORMA_TARGET::detail
