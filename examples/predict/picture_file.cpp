#include "picture_file.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

#include "decode_picture.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"

namespace norma::compare {

DecodedPicture decode_picture(std::span<const std::uint8_t> file, const std::string& name) {
    if (file.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        raise<FileError>(name + ": is larger than 2 GB; no picture for this is");
    }
    DecodedPicture picture;
    int channels = 0;
    const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
        stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &picture.width, &picture.height, &channels, 3),
        stbi_image_free);
    if (!pixels) {
        raise<FileError>(name + ": is no picture that can be read (" + stbi_failure_reason() +
                         "); convert it to PNG or binary PPM");
    }
    picture.pixels.assign(pixels.get(), pixels.get() + std::size_t{3} * static_cast<std::size_t>(picture.width) *
                                                           static_cast<std::size_t>(picture.height));
    return picture;
}

PictureFile read_picture(const std::string& path, Extent wanted) {
    const DecodedPicture decoded = decode_picture(read_file(path), path);
    const int width = decoded.width, height = decoded.height;
    PictureFile picture;
    if (width == wanted.width && height == wanted.height) {
        picture.pixels = decoded.pixels;
        return picture;
    }
    picture.pixels.resize(static_cast<std::size_t>(wanted.size()));
    const int side = std::min(width, height);
    const std::size_t corner = (static_cast<std::size_t>((height - side) / 2) * static_cast<std::size_t>(width) +
                                static_cast<std::size_t>((width - side) / 2)) *
                               static_cast<std::size_t>(wanted.channels);
    if (stbir_resize_uint8(decoded.pixels.data() + corner, side, side, width * wanted.channels, picture.pixels.data(),
                           wanted.width, wanted.height, 0, wanted.channels) == 0) {
        raise<FileError>(path + ": of " + std::to_string(width) + " × " + std::to_string(height) +
                         " pixels cannot be scaled to " + std::to_string(wanted.width) + " × " +
                         std::to_string(wanted.height) + "; scale it first");
    }
    picture.change = std::to_string(width) + " × " + std::to_string(height) + ", its middle scaled to " +
                     std::to_string(wanted.width) + " × " + std::to_string(wanted.height);
    return picture;
}

}  // namespace norma::compare
