#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "norma/core/printable.hpp"
#include "picture_bytes.hpp"

namespace norma::compare {

namespace {

bool is_blank(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

class Pnm {
public:
    explicit Pnm(const PictureBytes& bytes) : bytes_(bytes), is_text_(bytes.file[1] <= '3') {
        const int kind = (bytes.file[1] - '1') % 3;
        is_bitmap_ = kind == 0;
        channels_ = kind == 2 ? 3 : 1;
    }

    DecodedPicture decode() {
        width_ = number("its width", 0x7FFFFFFF);
        const std::size_t height = number("its height", 0x7FFFFFFF);
        bytes_.check_size(static_cast<std::int64_t>(width_), static_cast<std::int64_t>(height));
        most_ = is_bitmap_ ? 1 : number("its largest value", 0xFFFF);
        if (most_ == 0) bytes_.refuse_damaged("its largest value is 0");
        if (!is_text_) {  // one blank is before the pixels
            skip_comment();
            if (position_ == bytes_.file.size()) bytes_.refuse_early_end();
            if (!is_blank(bytes_.file[position_++])) bytes_.refuse_damaged("there is no blank before its pixels");
        }
        if (least_size(height) > bytes_.file.size() - position_) bytes_.refuse_early_end();
        DecodedPicture picture =
            bytes_.make_picture(static_cast<std::int64_t>(width_), static_cast<std::int64_t>(height));
        auto to = picture.pixels.begin();
        for (std::size_t y = 0; y < height; ++y) {
            for (std::size_t x = 0; x < width_; ++x) {
                std::array<std::uint8_t, 3> colour{};
                for (std::size_t c = 0; c < channels_; ++c) colour[c] = value(y, x, c);
                if (channels_ == 1) colour[1] = colour[2] = colour[0];
                to = std::ranges::copy(colour, to).out;
            }
        }
        return picture;
    }

private:
    /// The smallest number of bytes for the pixels.
    std::size_t least_size(std::size_t height) const {
        const std::size_t values = width_ * height * channels_;
        if (is_text_) return is_bitmap_ ? values : 2 * values - 1;
        return is_bitmap_ ? (width_ + 7) / 8 * height : values * value_size();
    }

    std::size_t value_size() const { return most_ > 0xFF ? 2 : 1; }

    void skip_comment() {
        if (position_ == bytes_.file.size() || bytes_.file[position_] != '#') return;
        while (position_ < bytes_.file.size() && bytes_.file[position_] != '\n' && bytes_.file[position_] != '\r') {
            ++position_;
        }
    }

    void skip_blanks() {
        for (;;) {
            skip_comment();
            if (position_ == bytes_.file.size()) bytes_.refuse_early_end();
            if (!is_blank(bytes_.file[position_])) return;
            ++position_;
        }
    }

    /// Reads the next number that is written in digits, after blanks and comments.
    std::size_t number(const char* what, std::size_t most) {
        skip_blanks();
        const std::size_t begin = position_;
        std::size_t found = 0;
        while (position_ < bytes_.file.size() && is_digit(bytes_.file[position_]) && found <= most) {
            found = 10 * found + (bytes_.file[position_++] - std::size_t{'0'});
        }
        if (position_ == begin || found > most) {
            refuse_value(what, begin, "a whole number up to " + std::to_string(most));
        }
        return found;
    }

    [[noreturn]] void refuse_value(const std::string& what, std::size_t begin, const std::string& wanted) const {
        std::size_t end = begin;
        while (end < bytes_.file.size() && end < begin + 12 && !is_blank(bytes_.file[end])) ++end;
        const std::string found(bytes_.file.begin() + static_cast<std::ptrdiff_t>(begin),
                                bytes_.file.begin() + static_cast<std::ptrdiff_t>(end));
        bytes_.refuse_damaged(what + " is '" + printable(found) + "', not " + wanted);
    }

    /// Reads the next value of a pixel, in 255ths.
    std::uint8_t value(std::size_t y, std::size_t x, std::size_t) {
        if (is_bitmap_) return is_set(x) ? 0 : 255;  // a set bit is black
        std::size_t found = 0;
        if (is_text_) {
            found = number("a value", 0xFFFF);
        } else {
            for (std::size_t i = 0; i < value_size(); ++i) found = found << 8 | bytes_.file[position_++];
        }
        if (found > most_) {
            bytes_.refuse_damaged("a value in row " + std::to_string(y + 1) + " is " + std::to_string(found) +
                                  ", but its largest value should be " + std::to_string(most_));
        }
        return in_255ths(static_cast<unsigned>(found), static_cast<unsigned>(most_));
    }

    bool is_set(std::size_t x) {
        if (is_text_) {
            skip_blanks();
            const std::uint8_t digit = bytes_.file[position_];
            if (digit != '0' && digit != '1') refuse_value("a pixel", position_, "0 or 1");
            ++position_;
            return digit == '1';
        }
        const bool set = (bytes_.file[position_] >> (7 - x % 8) & 1) != 0;
        if (x % 8 == 7 || x + 1 == width_) ++position_;
        return set;
    }

    const PictureBytes& bytes_;
    bool is_text_;
    bool is_bitmap_ = false;
    std::size_t channels_ = 1;
    std::size_t width_ = 0;
    std::size_t most_ = 1;
    std::size_t position_ = 2;
};

}  // namespace

DecodedPicture decode_pnm(const PictureBytes& bytes) { return Pnm(bytes).decode(); }

}  // namespace norma::compare
