#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A short text that can be built at compile time: names of layers and sentences of compile errors.
class FixedString {
public:
    static constexpr std::size_t capacity = 320;  ///< characters; longer texts are cut off

    constexpr FixedString() = default;
    constexpr FixedString(std::string_view text) { *this << text; }
    constexpr FixedString(const char* text) { *this << std::string_view(text); }

    /// Appends; what does not fit is left out.
    constexpr FixedString& operator<<(std::string_view text) {
        for (const char c : text) {
            if (size_ < capacity) text_[size_++] = c;
        }
        return *this;
    }
    constexpr FixedString& operator<<(const char* text) { return *this << std::string_view(text); }
    constexpr FixedString& operator<<(long long number) {
        char digits[20] = {};
        int count = 0;
        unsigned long long rest =
            number < 0 ? 0ull - static_cast<unsigned long long>(number) : static_cast<unsigned long long>(number);
        do {
            digits[count++] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) *this << "-";
        while (count > 0) *this << std::string_view(&digits[--count], 1);
        return *this;
    }
    constexpr FixedString& operator<<(int number) { return *this << static_cast<long long>(number); }
    constexpr FixedString& operator<<(const FixedString& other) { return *this << other.view(); }
    /// Appends 3, or Size{3, 5} where height and width differ.
    constexpr FixedString& operator<<(const Size& size) {
        if (size.height == size.width) return *this << size.height;
        return *this << "Size{" << size.height << ", " << size.width << "}";
    }
    /// Appends 3x32x32: channels, height, width.
    constexpr FixedString& operator<<(const Extent& e) {
        return *this << e.channels << "x" << e.height << "x" << e.width;
    }

    /// The text; valid as long as this object.
    constexpr std::string_view view() const { return {text_, size_}; }
    /// Is there no text?
    constexpr bool empty() const { return size_ == 0; }
    constexpr std::size_t size() const { return size_; }

private:
    char text_[capacity] = {};
    std::size_t size_ = 0;
};

/// The shape as text: 3x32x32 is channels, height, width.
inline std::string shape_text(const Extent& extent) {
    FixedString text;
    text << extent;
    return std::string(text.view());
}

/// A text as a template argument, so that the compiler prints it in its message.
template <std::size_t Size>
struct Text {
    char text[Size + 1] = {};  ///< ends in 0

    /// The first `Size` characters of `from`.
    constexpr explicit Text(std::string_view from) {
        for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
    }
};

namespace detail {
/// Clang prints at most 32 characters of a text, its final 0 included, so the sentence is cut into lines between words.
#if defined(__clang__)
inline constexpr std::size_t line_width = 31;
#else
inline constexpr std::size_t line_width = FixedString::capacity;
#endif

/// Line number `index` of the text, without the space that ends it; empty after the last line.
constexpr std::string_view line(std::string_view text, std::size_t index) {
    for (;; --index) {
        std::size_t end = text.size();
        if (end > line_width) {
            end = text.substr(0, line_width + 1).rfind(' ');
            if (end == std::string_view::npos || end == 0) end = line_width;
        }
        if (index == 0) return text.substr(0, end);
        text.remove_prefix(end);
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
}
constexpr std::size_t line_count(std::string_view text) {
    std::size_t count = 0;
    while (!line(text, count).empty()) ++count;
    return count;
}
// The size is an argument so that Clang prints it as a number.
template <auto sentence, std::size_t Index, std::size_t Size>
constexpr Text<Size> text_of_line() {
    return Text<Size>(line(sentence().view(), Index));
}
template <template <auto...> class Message, auto sentence, std::size_t... Index>
auto message(std::index_sequence<Index...>)
    -> Message<text_of_line<sentence, Index, line(sentence().view(), Index).size()>()...>;
}  // namespace detail

/// `Message<Text…>` of the lines of `sentence()`. If `Message` is declared but never defined, using this type is a
/// compile error that shows the sentence.
template <template <auto...> class Message, auto sentence>
using MessageOf =
    decltype(detail::message<Message, sentence>(std::make_index_sequence<detail::line_count(sentence().view())>{}));

}  // namespace norma::inline NORMA_TARGET
