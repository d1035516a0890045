#pragma once

#include <cstdint>
#include <span>

#include "decode_picture.hpp"

namespace norma::compare {

/// The orientation, 1 to 8, in EXIF data (which begins with its byte order, "II" or "MM"). 1, which is upright, if
/// there is none or the data are damaged.
int exif_orientation(std::span<const std::uint8_t> exif);

/// The picture turned and mirrored from this orientation, 1 to 8, to upright.
DecodedPicture turned_upright(DecodedPicture picture, int orientation);

}  // namespace norma::compare
