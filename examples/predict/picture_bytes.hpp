#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decode_picture.hpp"

namespace norma::compare {

/// The content of a picture's file, whose kind is known, and how it is refused.
struct PictureBytes {
    std::span<const std::uint8_t> file;
    std::string name;
    std::string kind;  ///< "PNG"
    std::int64_t most_pixels = most_picture_pixels;

    /// @throws FileError "name: is a PNG " + what + "; " + remedy
    [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const;

    /// For content that contradicts itself; `what` is the contradiction.
    [[noreturn]] void refuse_damaged(const std::string& what) const;

    [[noreturn]] void refuse_early_end() const;

    /// For a variety of the kind that is not read.
    [[noreturn]] void refuse_variety(const std::string& what) const;

    /// @throws FileError if a picture of this size is not read.
    void check_size(std::int64_t width, std::int64_t height) const;

    /// A picture of this size, all black. @throws FileError if `check_size` does.
    DecodedPicture make_picture(std::int64_t width, std::int64_t height) const;
};

/// A picture as it is stored, and the EXIF orientation, 1 to 8, that its file names: 1 where there is none.
struct StoredPicture {
    DecodedPicture picture;
    int orientation = 1;
};

/// What `decode_picture` consists of. Each throws FileError.
StoredPicture decode_png(const PictureBytes& bytes);
StoredPicture decode_jpeg(const PictureBytes& bytes);
DecodedPicture decode_bmp(const PictureBytes& bytes);
DecodedPicture decode_pnm(const PictureBytes& bytes);

/// The value of `part` of `whole` in 255ths, rounded.
inline std::uint8_t in_255ths(unsigned part, unsigned whole) {
    return static_cast<std::uint8_t>((part * 255U + whole / 2) / whole);
}

}  // namespace norma::compare
