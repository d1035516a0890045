#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "picture_bytes.hpp"

namespace norma::compare {

namespace {

constexpr std::size_t file_header_size = 14;

using Colour = std::array<std::uint8_t, 3>;

/// The header's values. Names are those of Microsoft's BITMAPINFOHEADER, without prefixes.
struct Header {
    std::uint32_t pixels_at = 0;
    std::uint32_t size = 0;
    std::int64_t width = 0, height = 0;  ///< a negative height: the first row is the top one
    std::uint32_t bits = 0;
    std::uint32_t compression = 0;
    std::uint32_t colours_used = 0;
    bool is_old = false;  ///< of OS/2: a BITMAPCOREHEADER
    bool has_alpha = false;
};

class Bmp {
public:
    explicit Bmp(const PictureBytes& bytes) : bytes_(bytes) { read_header(); }

    DecodedPicture decode() const {
        const std::int64_t rows = header_.height < 0 ? -header_.height : header_.height;
        bytes_.check_size(header_.width, rows);
        const auto width = static_cast<std::size_t>(header_.width), height = static_cast<std::size_t>(rows);
        const std::size_t row_size = (width * header_.bits + 31) / 32 * 4;
        const std::vector<Colour> palette = header_.bits <= 8 ? read_palette() : std::vector<Colour>();
        if (header_.pixels_at < file_header_size + header_.size) {
            bytes_.refuse_damaged("its pixels begin inside its header, at byte " + std::to_string(header_.pixels_at));
        }
        if (header_.pixels_at > bytes_.file.size() || row_size * height > bytes_.file.size() - header_.pixels_at) {
            bytes_.refuse_early_end();
        }
        DecodedPicture picture = bytes_.make_picture(header_.width, rows);
        auto to = picture.pixels.begin();
        for (std::size_t y = 0; y < height; ++y) {
            const std::size_t stored_row = header_.height < 0 ? y : height - 1 - y;
            const auto row = bytes_.file.subspan(header_.pixels_at + stored_row * row_size, row_size);
            for (std::size_t x = 0; x < width; ++x) {
                const Colour colour = palette.empty() ? colour_at(row, x) : palette_colour(row, x, palette);
                to = std::ranges::copy(colour, to).out;
            }
        }
        return picture;
    }

private:
    std::uint32_t number(std::size_t at, std::size_t size) const {
        if (at + size > bytes_.file.size()) bytes_.refuse_early_end();
        std::uint32_t value = 0;
        for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes_.file[at + i];
        return value;
    }

    void read_header() {
        header_.pixels_at = number(10, 4);
        header_.size = number(14, 4);
        header_.is_old = header_.size == 12;
        if (header_.is_old) {
            header_.width = number(18, 2);
            header_.height = number(20, 2);
            header_.bits = number(24, 2);
        } else if (header_.size >= 40 && header_.size <= 124) {
            header_.width = static_cast<std::int32_t>(number(18, 4));
            header_.height = static_cast<std::int32_t>(number(22, 4));
            header_.bits = number(28, 2);
            header_.compression = number(30, 4);
            header_.colours_used = number(46, 4);
        } else {
            bytes_.refuse_variety("with a header of " + std::to_string(header_.size) + " bytes");
        }
        const std::array<std::uint32_t, 5> known{1, 4, 8, 24, 32};
        if (std::ranges::find(known, header_.bits) == known.end()) {
            bytes_.refuse_variety("of " + std::to_string(header_.bits) + " bits a pixel");
        }
        if (header_.compression == 3 && header_.bits == 32) {
            read_masks();
        } else if (header_.compression != 0) {
            bytes_.refuse_variety("with compression " + std::to_string(header_.compression));
        }
    }

    /// Reads the places of each colour's bits in a pixel; only the usual ones are supported.
    void read_masks() {
        const std::array<std::uint32_t, 3> usual{0xFF0000, 0xFF00, 0xFF};
        for (std::size_t i = 0; i < 3; ++i) {
            if (number(54 + 4 * i, 4) != usual[i]) bytes_.refuse_variety("with its colours in an unusual order");
        }
        header_.has_alpha = header_.size >= 56 && number(66, 4) == 0xFF000000;
    }

    std::vector<Colour> read_palette() const {
        const std::size_t most = std::size_t{1} << header_.bits;
        const std::size_t count = header_.colours_used == 0 ? most : header_.colours_used;
        if (count > most) bytes_.refuse_damaged("its palette has " + std::to_string(count) + " colours");
        const std::size_t begin = file_header_size + header_.size, entry_size = header_.is_old ? 3 : 4;
        std::vector<Colour> palette;
        for (std::size_t at = begin; at < begin + count * entry_size; at += entry_size) {
            const std::uint32_t colour = number(at, 3);
            palette.push_back({static_cast<std::uint8_t>(colour >> 16), static_cast<std::uint8_t>(colour >> 8),
                               static_cast<std::uint8_t>(colour)});
        }
        return palette;
    }

    Colour palette_colour(std::span<const std::uint8_t> row, std::size_t x, const std::vector<Colour>& palette) const {
        const std::size_t bit = x * header_.bits;
        const unsigned number = row[bit / 8] >> (8 - header_.bits - bit % 8) & ((1U << header_.bits) - 1);
        if (number >= palette.size()) {
            bytes_.refuse_damaged("a pixel has colour " + std::to_string(number) + " of a palette of " +
                                  std::to_string(palette.size()));
        }
        return palette[number];
    }

    Colour colour_at(std::span<const std::uint8_t> row, std::size_t x) const {
        const auto pixel = row.subspan(x * header_.bits / 8, header_.bits / 8);
        Colour colour{pixel[2], pixel[1], pixel[0]};
        if (header_.has_alpha) {
            const unsigned alpha = pixel[3];
            for (std::uint8_t& part : colour) part = in_255ths(part * alpha + 255 * (255 - alpha), 255 * 255);
        }
        return colour;
    }

    const PictureBytes& bytes_;
    Header header_;
};

}  // namespace

DecodedPicture decode_bmp(const PictureBytes& bytes) { return Bmp(bytes).decode(); }

}  // namespace norma::compare
