#pragma once

#include <cstdint>
#include <span>

#include "decode_picture.hpp"

namespace norma::compare {

/// The orientation, 1 to 8, that EXIF data names (from its byte-order mark "II" or "MM" on). 1, which is upright, where
/// it names none or is damaged.
int exif_orientation(std::span<const std::uint8_t> exif);

/// The picture upright: turned and mirrored as the orientation, 1 to 8, says.
DecodedPicture turned_upright(DecodedPicture picture, int orientation);

}  // namespace norma::compare
