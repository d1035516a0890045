#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "norma/core/shape.hpp"

namespace norma::compare {

/// A picture as a network takes it.
struct PictureFile {
    std::vector<std::uint8_t> pixels;  ///< height × width × channels
    std::string change;                ///< what was done to make it fit, in words; empty if nothing
};

/// Reads a PNG, PPM, JPEG or another of the formats that stb_image knows. If it is not of the wanted size, the square in
/// its middle is scaled to that; `wanted` is square and has three channels.
/// @throws FileError if it cannot be read or is no picture; the message names the file.
PictureFile read_picture(const std::string& path, Extent wanted);

}  // namespace norma::compare
