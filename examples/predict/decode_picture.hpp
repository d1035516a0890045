#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace norma::compare {

/// Pictures with more pixels, or with a longer side, are refused before memory is allocated for them: 8192 × 8192
/// pixels.
inline constexpr std::int64_t most_picture_pixels = std::int64_t{1} << 26;
inline constexpr std::int64_t longest_picture_side = 65535;

/// A picture in memory.
struct DecodedPicture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  ///< height × width × 3: red, green and blue
    bool is_turned = false;            ///< was it turned by the file's EXIF orientation?
};

/// The formats that this program can read, as text: "PNG, JPEG, BMP and PNM".
std::string readable_kinds();

/// Decodes the content of a picture file, whose format is found by its first bytes. Messages call the file `name`.
///
/// Grey becomes red = green = blue, 16 bits become 8, transparent pixels are put on white, and the picture is turned by
/// its EXIF orientation. Colour profiles are ignored. A picture that is damaged or cut short is refused; damaged EXIF
/// data are ignored. Takes at most twice the memory of the pixels (three times for a progressive JPEG), plus a few MB.
/// @throws FileError that begins with `name`, if it is not a picture that can be read, or has more than `most_pixels`.
DecodedPicture decode_picture(std::span<const std::uint8_t> file, const std::string& name,
                              std::int64_t most_pixels = most_picture_pixels);

}  // namespace norma::compare
