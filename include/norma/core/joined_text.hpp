#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "norma/core/number_text.hpp"
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
        switch (kind_) {
            case Kind::text:
                text += text_;
                break;
            case Kind::character:
                text += character_;
                break;
            case Kind::whole:
                text += std::to_string(whole_);
                break;
            case Kind::natural:
                text += std::to_string(natural_);
                break;
            case Kind::single:
                text += number_text(single_);
                break;
            case Kind::real:
                text += number_text(real_);
                break;
        }
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
