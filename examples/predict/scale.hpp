#pragma once

#include <cstdint>
#include <vector>

#include "decode_picture.hpp"

namespace norma::compare {

/// The largest square in the middle of the picture, scaled to `side` × `side` × 3 with a triangle filter, which is as
/// wide as a pixel of the result or of the picture, whichever is wider (as Pillow's BILINEAR).
std::vector<std::uint8_t> scaled_middle(const DecodedPicture& picture, int side);

}  // namespace norma::compare
