#pragma once

#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A part of a text: characters, which must outlive it, or a number.
class TextPart {
public:
    TextPart(const char* text) : kind_(Kind::text), text_(text) {}                         ///< characters
    TextPart(std::string_view text) : kind_(Kind::text), text_(text) {}                    ///< characters
    TextPart(const std::string& text) : kind_(Kind::text), text_(text) {}                  ///< characters
    TextPart(char character) : kind_(Kind::character), character_(character) {}            ///< one character
    TextPart(int number) : TextPart(static_cast<long long>(number)) {}                     ///< a whole number
    TextPart(long number) : TextPart(static_cast<long long>(number)) {}                    ///< a whole number
    TextPart(long long number) : kind_(Kind::whole), whole_(number) {}                     ///< a whole number
    TextPart(unsigned number) : TextPart(static_cast<unsigned long long>(number)) {}       ///< a whole number
    TextPart(unsigned long number) : TextPart(static_cast<unsigned long long>(number)) {}  ///< a whole number
    TextPart(unsigned long long number) : kind_(Kind::natural), natural_(number) {}        ///< a whole number
    TextPart(float number) : kind_(Kind::single), single_(number) {}                       ///< a number
    TextPart(double number) : kind_(Kind::real), real_(number) {}                          ///< a number

    /// Appends it to `text`, numbers as `std::to_string` or `number_text` write them.
    void append_to(std::string& text) const {
        char digits[32];
        char* const last = digits + sizeof digits;
        std::string_view found;
        switch (kind_) {
            case Kind::text:
                found = text_;
                break;
            case Kind::character:
                found = {&character_, 1};
                break;
            case Kind::whole:
                found = {digits, std::to_chars(digits, last, whole_).ptr};
                break;
            case Kind::natural:
                found = {digits, std::to_chars(digits, last, natural_).ptr};
                break;
            case Kind::single:
                found = {digits, std::to_chars(digits, last, single_).ptr};
                break;
            case Kind::real:
                found = {digits, std::to_chars(digits, last, real_).ptr};
                break;
        }
        text.append(found.data(), found.size());
    }

private:
    enum class Kind { text, character, whole, natural, single, real };
    Kind kind_;
    union {
        std::string_view text_;
        char character_;
        long long whole_;
        unsigned long long natural_;
        float single_;
        double real_;
    };
};

/// The parts one after another: `joined_text({"batch ", 3, " of ", name})`. The compiler makes much less code of it
/// than of a sum of strings, each of which it must destroy.
[[gnu::cold]] inline std::string joined_text(std::initializer_list<TextPart> parts) {
    std::string text;
    for (const TextPart& part : parts) part.append_to(text);
    return text;
}

}  // namespace norma::inline NORMA_TARGET
