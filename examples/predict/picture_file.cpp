#include "picture_file.hpp"

#include <filesystem>
#include <system_error>

#include "decode_picture.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "scale.hpp"

namespace norma::compare {

std::vector<std::uint8_t> read_plain_file(const std::string& path, std::uintmax_t most) {
    std::error_code none;
    const std::filesystem::file_status found = std::filesystem::status(path, none);
    if (std::filesystem::is_other(found)) {
        raise<FileError>(path + ": is a pipe or a device; copy its content into a file first");
    }
    const std::uintmax_t size = std::filesystem::is_regular_file(found) ? std::filesystem::file_size(path, none) : 0;
    if (!none && size > most) {
        raise<FileError>(path + ": has " + std::to_string(size) + " bytes; at most " + std::to_string(most) +
                         " are supported; is it the right file?");
    }
    return read_file(path);
}

PictureFile read_picture(const std::string& path, int side) {
    constexpr std::uintmax_t most =
        std::uintmax_t{16} * most_picture_pixels;  // a PNM with its numbers as text is the largest
    const DecodedPicture decoded = decode_picture(read_plain_file(path, most), path);
    PictureFile picture;
    if (decoded.is_turned) picture.change = "turned by its EXIF orientation";
    if (decoded.width == side && decoded.height == side) {
        picture.pixels = decoded.pixels;
        return picture;
    }
    picture.pixels = scaled_middle(decoded, side);
    const std::string size = std::to_string(side) + " × " + std::to_string(side);
    picture.change += (decoded.is_turned ? ", " : "") + std::to_string(decoded.width) + " × " +
                      std::to_string(decoded.height) + ", its middle scaled to " + size;
    return picture;
}

}  // namespace norma::compare
