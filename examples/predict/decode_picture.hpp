#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace norma::compare {

/// A picture in memory.
struct DecodedPicture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  ///< height × width × 3: red, green and blue
};

/// Decodes the content of a picture's file; `name` is what messages call it.
/// @throws FileError if it is no picture that can be read, with a sentence that begins with `name`.
DecodedPicture decode_picture(std::span<const std::uint8_t> file, const std::string& name);

}  // namespace norma::compare
