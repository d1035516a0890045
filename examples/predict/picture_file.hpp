#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace norma::compare {

/// A picture as a network takes it.
struct PictureFile {
    std::vector<std::uint8_t> pixels;  ///< side × side × 3
    std::string change;                ///< what was done to make it fit, in words; empty if nothing
};

/// The content of a file. Unlike `norma::read_file` it waits for no pipe and reads no device without an end.
/// @throws FileError if it is no file, cannot be read, or has more than `most` bytes.
std::vector<std::uint8_t> read_plain_file(const std::string& path, std::uintmax_t most);

/// Reads a picture as `decode_picture` does. If it is not `side` pixels wide and high, the square in its middle is
/// scaled to that.
/// @throws FileError if it cannot be read or is no picture; the message names the file.
PictureFile read_picture(const std::string& path, int side);

}  // namespace norma::compare
