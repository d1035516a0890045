#pragma once

#include <cstddef>
#include <string_view>

namespace norma {

/// A short text put together by the compiler: names of layers and the sentences of compile errors.
class Sentence {
public:
    static constexpr std::size_t capacity = 320;

    constexpr Sentence() = default;
    constexpr Sentence(std::string_view text) { *this << text; }
    constexpr Sentence(const char* text) { *this << std::string_view(text); }

    /// Appends; what does not fit is left out.
    constexpr Sentence& operator<<(std::string_view text) {
        for (const char c : text) {
            if (size_ < capacity) text_[size_++] = c;
        }
        return *this;
    }
    constexpr Sentence& operator<<(const char* text) { return *this << std::string_view(text); }
    constexpr Sentence& operator<<(long long number) {
        char digits[20] = {};
        int count = 0;
        unsigned long long rest = number < 0 ? 0ull - static_cast<unsigned long long>(number)
                                             : static_cast<unsigned long long>(number);
        do {
            digits[count++] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) *this << "-";
        while (count > 0) *this << std::string_view(&digits[--count], 1);
        return *this;
    }
    constexpr Sentence& operator<<(int number) { return *this << static_cast<long long>(number); }
    constexpr Sentence& operator<<(const Sentence& other) { return *this << other.view(); }

    constexpr std::string_view view() const { return {text_, size_}; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr std::size_t size() const { return size_; }

private:
    char text_[capacity] = {};
    std::size_t size_ = 0;
};

/// A text as a template argument, so that compilers print it in their message.
template <std::size_t Size>
struct Text {
    char text[Size + 1] = {};

    constexpr explicit Text(std::string_view from) {
        for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
    }
};

/// False whatever it says: `static_assert(says<Text<…>{…}>)` is a compile error that reads as a sentence made of values.
template <auto Message>
inline constexpr bool says = false;

}  // namespace norma
