#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "exif.hpp"
#include "norma/core/error.hpp"
#include "picture_bytes.hpp"

namespace norma::compare {

namespace {

/// libpng's state.
struct Reading {
    explicit Reading(std::span<const std::uint8_t> bytes);
    ~Reading() { png_destroy_read_struct(&png, &info, nullptr); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    std::span<const std::uint8_t> file;
    std::size_t position = 0;
    bool ends_early = false;
    std::array<char, 200> message{};
    png_structp png = nullptr;
    png_infop info = nullptr;
};

void give_bytes(png_structp png, png_bytep to, std::size_t size) {
    Reading& reading = *static_cast<Reading*>(png_get_io_ptr(png));
    if (size > reading.file.size() - reading.position) {
        reading.ends_early = true;
        png_error(png, "it ends early");
    }
    std::memcpy(to, reading.file.data() + reading.position, size);
    reading.position += size;
}

[[noreturn]] void fail(png_structp png, png_const_charp message) {
    Reading& reading = *static_cast<Reading*>(png_get_error_ptr(png));
    std::snprintf(reading.message.data(), reading.message.size(), "%s", message);
    png_longjmp(png, 1);
}

/// libpng's warnings are about parts other than the pixels; damaged pixels are errors.
void ignore(png_structp, png_const_charp) {}

Reading::Reading(std::span<const std::uint8_t> bytes) : file(bytes) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore);
    if (png != nullptr) info = png_create_info_struct(png);
}

/// Is every chunk completely in the file? libpng allocates memory for a chunk before it checks that.
bool has_whole_chunks(std::span<const std::uint8_t> file) {
    constexpr std::size_t signature = 8, around = 12;  // a chunk's length, name and checksum
    constexpr std::array<std::uint8_t, 4> last{'I', 'E', 'N', 'D'};
    for (std::size_t at = signature; file.size() - at >= around;) {
        std::size_t size = 0;
        for (const std::uint8_t byte : file.subspan(at, 4)) size = size << 8 | byte;
        if (size > file.size() - at - around) return false;
        if (std::ranges::equal(file.subspan(at + 4, 4), last)) return true;
        at += around + size;
    }
    return false;
}

// libpng leaves the two functions below by longjmp: they have no objects with destructors.

bool read_header(Reading& reading) {
    png_structp png = reading.png;
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    png_set_read_fn(png, &reading, give_bytes);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);  // any flipped bit is an error
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);       // check_size has our limits, and a message
    png_set_chunk_malloc_max(png, reading.file.size());
    // Other chunks (texts, profiles) are skipped, except for EXIF.
    constexpr png_byte exif[] = "eXIf";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, exif, 1);
    png_read_info(png, reading.info);
    return true;
}

/// Sets the conversion to red, green and blue of 8 bits each, without transparency. A colour that is not in the palette
/// becomes black, as the PNG specification allows.
void set_conversion(Reading& reading) {
    png_structp png = reading.png;
    const png_byte colours = png_get_color_type(png, reading.info);
    const bool is_deep = png_get_bit_depth(png, reading.info) == 16;
    const bool is_transparent =
        (colours & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, reading.info, PNG_INFO_tRNS) != 0;
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    if (is_transparent) {
        const png_uint_16 most = is_deep ? 0xFFFF : 0xFF;
        const png_color_16 white{.index = 0, .red = most, .green = most, .blue = most, .gray = most};
        png_set_background_fixed(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, PNG_FP_1);
    }
    if (is_deep) png_set_scale_16(png);
}

bool read_pixels(Reading& reading, std::uint8_t* pixels, std::size_t rows, std::size_t row_size) {
    png_structp png = reading.png;
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    set_conversion(reading);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reading.info);
    if (png_get_rowbytes(png, reading.info) != row_size) png_error(png, "its rows are of another size");
    for (int pass = 0; pass < passes; ++pass) {
        for (std::size_t row = 0; row < rows; ++row) png_read_row(png, pixels + row * row_size, nullptr);
    }
    png_read_end(png, reading.info);
    return true;
}

}  // namespace

StoredPicture decode_png(const PictureBytes& bytes) {
    if (!has_whole_chunks(bytes.file)) bytes.refuse_early_end();
    Reading reading(bytes.file);
    if (reading.info == nullptr) raise<Error>(bytes.name + ": libpng cannot be used; is another version installed?");
    const auto refuse = [&] {
        if (reading.ends_early) bytes.refuse_early_end();
        bytes.refuse_damaged(reading.message.data());
    };
    if (!read_header(reading)) refuse();
    const std::int64_t width = png_get_image_width(reading.png, reading.info);
    const std::int64_t height = png_get_image_height(reading.png, reading.info);
    bytes.check_size(width, height);
    // A byte of deflate unpacks to 1032 bytes at most. So a file of a few bytes cannot take the memory of a large
    // picture.
    const auto bits_per_pixel = static_cast<std::int64_t>(png_get_bit_depth(reading.png, reading.info)) *
                                png_get_channels(reading.png, reading.info);
    if (width * height * bits_per_pixel / 8 / 1032 > static_cast<std::int64_t>(bytes.file.size())) {
        bytes.refuse_early_end();
    }
    StoredPicture stored{.picture = bytes.make_picture(width, height)};
    if (!read_pixels(reading, stored.picture.pixels.data(), static_cast<std::size_t>(height),
                     static_cast<std::size_t>(3 * width))) {
        refuse();
    }
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(reading.png, reading.info, &size, &exif) != 0)
        stored.orientation = exif_orientation({exif, size});
    return stored;
}

}  // namespace norma::compare
