#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"
#include "norma/data/file_kind.hpp"
#include "norma/data/picture_format.hpp"

// Not in the inline namespace: one file of a program defines these functions for the files of all instruction sets.
/// If the linker misses these functions: link the CMake target norma::images, or compile the file
/// include/norma/data/stb_image.cpp with the program, or include it in one file of the program.
namespace norma::defined_in_norma_data_stb_image_cpp {

/// What stb_image decoded: bytes, height × width × channels, or what it says against the file.
struct Decoded {
    unsigned char* pixels = nullptr;  ///< to be given to `release`; null if the file was refused
    int width = 0;                    ///< in pixels
    int height = 0;                   ///< in pixels
    int channels = 0;                 ///< 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
    const char* refusal = "";         ///< a few words
};

/// Decodes a PNG or a JPEG file in memory. No block of memory is larger than `most_bytes`. Many threads may call it at
/// once.
Decoded decode(const unsigned char* file, std::size_t size, std::size_t most_bytes);
/// Frees `Decoded::pixels`.
void release(unsigned char* pixels);

}  // namespace norma::defined_in_norma_data_stb_image_cpp

namespace norma::inline NORMA_TARGET {

/// A decoded picture.
struct Picture {
    Extent extent;                     ///< its sizes
    std::vector<std::uint8_t> pixels;  ///< height × width × channels
};

/// The most pixels that a picture may have unless the caller says another number: 8192 × 8192.
inline constexpr std::size_t most_picture_pixels = std::size_t{1} << 26;

namespace detail {

/// Converts pixels to 1 or 3 channels (`=`): alpha is dropped, a grey value is repeated, a colour becomes its luminance
/// 0.299 R + 0.587 G + 0.114 B, computed as Pillow does (in steps of 2^-16, rounded).
inline void convert_channels(const std::uint8_t* from, int from_channels, std::size_t pixels, int to_channels,
                             std::uint8_t* to) {
    const bool grey = from_channels <= 2;
    for (std::size_t i = 0; i < pixels; ++i, from += from_channels, to += to_channels) {
        if (grey) {
            std::fill_n(to, to_channels, from[0]);
        } else if (to_channels == 3) {
            std::copy_n(from, 3, to);
        } else {
            to[0] = static_cast<std::uint8_t>((19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 32768u) >> 16);
        }
    }
}

}  // namespace detail

/// Decodes a PNG or JPEG file in memory, by stb_image, to one channel or three. Of 16-bit values the upper 8 bits are
/// taken; alpha is dropped; grey and colour are converted into each other. A rotation that a camera noted (EXIF) is not
/// applied, as in torchvision. Messages call the file `name`.
/// @throws FileError if it is empty, of another kind, cut short, damaged, of a variant that stb_image does not read, or
/// has more than `most_pixels` pixels (at most 2^28): then nothing was allocated for them; OptionError unless
/// `channels` is 1 or 3.
inline Picture decode_picture(std::span<const std::uint8_t> file, const std::string& name, int channels = 3,
                              std::size_t most_pixels = most_picture_pixels) {
    if (channels != 1 && channels != 3) {
        raise<OptionError>("channels: " + std::to_string(channels) +
                           "; a picture has 1 (grey) or 3 (red, green, blue)");
    }
    if (file.empty()) detail::refuse_picture(name, "the file is empty");
    const bool png = detail::is_png(file);
    if (!png && !detail::is_jpeg(file)) {
        detail::refuse_picture(name, "neither PNG nor JPEG, the formats that norma reads" +
                                         detail::kind_or(file.first(std::min<std::size_t>(file.size(), 512)),
                                                         "it is another format, or damaged"));
    }
    const detail::PictureSize size = png ? detail::checked_png(file, name) : detail::checked_jpeg(file, name);
    const std::string sizes = std::to_string(size.width) + " × " + std::to_string(size.height) + " pixels";
    if (size.width == 0 || size.height == 0) detail::refuse_picture(name, "the picture has " + sizes);
    const std::size_t most = std::min(most_pixels, static_cast<std::size_t>(Dataset::largest_image));
    if (size.width > most / size.height) {
        raise<FileError>(name + ": the picture has " + sizes + "; at most " + std::to_string(most) +
                         " are decoded; make it smaller, or raise the limit (most_pixels)");
    }
    const std::size_t pixels = std::size_t{size.width} * size.height;
    // For each pixel at most four channels of 16 bits, twice as much when a buffer grows; and for small pictures the
    // decoder's tables, and blocks of a JPEG beyond its border.
    const std::size_t most_bytes =
        16 * (pixels + 64 * (std::size_t{size.width} + size.height)) + 4 * file.size() + 65536;
    namespace stb = norma::defined_in_norma_data_stb_image_cpp;
    const stb::Decoded decoded = stb::decode(file.data(), file.size(), most_bytes);
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(decoded.pixels, stb::release);
    if (decoded.pixels == nullptr || std::size_t(decoded.width) != size.width ||
        std::size_t(decoded.height) != size.height) {
        detail::refuse_picture(name, std::string("stb_image cannot decode it (") +
                                         (decoded.pixels == nullptr ? printable(decoded.refusal) : "another size") +
                                         "): it is damaged, or a rare variant of its format");
    }
    Picture picture{{channels, decoded.height, decoded.width},
                    std::vector<std::uint8_t>(pixels * std::size_t(channels))};
    detail::convert_channels(decoded.pixels, decoded.channels, pixels, channels, picture.pixels.data());
    return picture;
}

/// The same for a file on disk.
/// @throws as `decode_picture`, and FileError if the file cannot be read or has more than 1 GB.
inline Picture read_picture(const std::filesystem::path& path, int channels = 3,
                            std::size_t most_pixels = most_picture_pixels) {
    return decode_picture(read_file(path, std::size_t{1} << 30), path.string(), channels, most_pixels);
}

}  // namespace norma::inline NORMA_TARGET
