#include "exif.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace norma::compare {

int exif_orientation(std::span<const std::uint8_t> exif) {
    constexpr int upright = 1;
    constexpr std::size_t entry_size = 12;
    constexpr std::uint32_t orientation_tag = 0x0112, short_type = 3;
    if (exif.size() < 8 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) return upright;
    const bool is_little = exif[0] == 'I';
    const auto number = [&](std::size_t at, std::size_t size) {  // callers have checked that it is inside
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) value = value << 8 | exif[at + (is_little ? size - 1 - i : i)];
        return value;
    };
    if (number(2, 2) != 42) return upright;
    const std::size_t directory = number(4, 4);
    if (directory > exif.size() - 2) return upright;
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + entry_size * i;
        if (entry + entry_size > exif.size()) return upright;
        if (number(entry, 2) != orientation_tag) continue;
        if (number(entry + 2, 2) != short_type || number(entry + 4, 4) != 1) return upright;
        const std::uint32_t orientation = number(entry + 8, 2);
        return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : upright;
    }
    return upright;
}

DecodedPicture turned_upright(DecodedPicture picture, int orientation) {
    if (orientation == 1) return picture;
    const bool swaps_axes = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const auto width = static_cast<std::size_t>(picture.width), height = static_cast<std::size_t>(picture.height);
    DecodedPicture upright{.width = swaps_axes ? picture.height : picture.width,
                           .height = swaps_axes ? picture.width : picture.height,
                           .pixels = std::vector<std::uint8_t>(picture.pixels.size()),
                           .is_turned = true};
    auto to = upright.pixels.begin();
    for (std::size_t y = 0; y < static_cast<std::size_t>(upright.height); ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(upright.width); ++x) {
            std::size_t column = swaps_axes ? y : x, row = swaps_axes ? x : y;
            if (from_right) column = width - 1 - column;
            if (from_below) row = height - 1 - row;
            to = std::copy_n(&picture.pixels[3 * (row * width + column)], 3, to);
        }
    }
    return upright;
}

}  // namespace norma::compare
