#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decode_picture.hpp"

namespace norma::compare {

/// The content of a picture file of a known format, and functions that refuse it.
struct PictureBytes {
    std::span<const std::uint8_t> file;
    std::string name;
    std::string kind;  ///< "PNG"
    std::int64_t most_pixels = most_picture_pixels;

    /// @throws FileError "name: is a PNG" + what + "; " + remedy
    [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const;

    /// For content that is damaged; `what` says what is wrong.
    [[noreturn]] void refuse_damaged(const std::string& what) const;

    [[noreturn]] void refuse_early_end() const;

    /// For a valid picture with a feature of the format that is not supported.
    [[noreturn]] void refuse_variety(const std::string& what) const;

    /// @throws FileError if a picture of this size is not accepted.
    void check_size(std::int64_t width, std::int64_t height) const;

    /// A picture of this size, all black. @throws FileError if `check_size` does.
    DecodedPicture make_picture(std::int64_t width, std::int64_t height) const;
};

/// A picture as stored in its file, and its EXIF orientation, 1 to 8 (1 if there is none).
struct StoredPicture {
    DecodedPicture picture;
    int orientation = 1;
};

/// The decoders of `decode_picture`. Each throws FileError.
StoredPicture decode_png(const PictureBytes& bytes);
StoredPicture decode_jpeg(const PictureBytes& bytes);
DecodedPicture decode_bmp(const PictureBytes& bytes);
DecodedPicture decode_pnm(const PictureBytes& bytes);

/// part / whole in 255ths, rounded.
inline std::uint8_t in_255ths(unsigned part, unsigned whole) {
    return static_cast<std::uint8_t>((part * 255U + whole / 2) / whole);
}

}  // namespace norma::compare
