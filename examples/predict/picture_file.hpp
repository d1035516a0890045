#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma::compare {

/// A picture in the size that a network takes.
struct PictureFile {
    std::vector<std::uint8_t> pixels;  ///< side × side × 3
    std::string change;                ///< how it was changed to fit, as text; empty if it was not
};

/// The content of a file. Unlike `norma::read_file` it refuses pipes and devices, which may block or have no end.
/// @throws FileError if it is not a file, cannot be read, or has more than `most` bytes.
std::vector<std::uint8_t> read_plain_file(const std::string& path, std::uintmax_t most);

/// Reads a picture with `decode_picture`. If it is not `side` × `side` pixels, the largest square in its middle is
/// scaled to that.
/// @throws FileError that names the file, if it cannot be read or is not a picture.
PictureFile read_picture(const std::string& path, int side);

}  // namespace norma::compare
