#pragma once

#include <cstdint>
#include <vector>

#include "decode_picture.hpp"

namespace norma::compare {

/// The square in the middle of the picture, scaled to `side` × `side` × 3, by a triangle as wide as a pixel of the
/// result or of the picture, whichever is wider (Pillow's BILINEAR).
std::vector<std::uint8_t> scaled_middle(const DecodedPicture& picture, int side);

}  // namespace norma::compare
