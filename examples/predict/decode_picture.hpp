#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace norma::compare {

/// Larger pictures are refused before any memory is taken for them. 8192 × 8192 in all.
inline constexpr std::int64_t most_picture_pixels = std::int64_t{1} << 26;
inline constexpr std::int64_t longest_picture_side = 65535;

/// A picture in memory.
struct DecodedPicture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  ///< height × width × 3: red, green and blue
    bool is_turned = false;            ///< whether the file's EXIF orientation asked for it
};

/// The kinds of pictures that this program was built to read, in words: "PNG, JPEG, BMP and PNM".
std::string readable_kinds();

/// Decodes the content of a picture's file, whatever its name ends in; `name` is what messages call it.
///
/// Grey becomes red = green = blue, 16 bits become 8, what is transparent is laid on white, and an EXIF orientation is
/// obeyed. Colour profiles are not applied. A picture that is damaged or ends early is refused; a damaged EXIF is not
/// looked at. Takes at most twice the memory of the pixels (a progressive JPEG: thrice) beside the file and a few MB.
/// @throws FileError if it is no picture that can be read, or one of more than `most_pixels`, with a sentence that
/// begins with `name`.
DecodedPicture decode_picture(std::span<const std::uint8_t> file, const std::string& name,
                              std::int64_t most_pixels = most_picture_pixels);

}  // namespace norma::compare
