#include <cstddef>
#include <cstdio>  // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdint>
#include <string_view>

#include "exif.hpp"
#include "picture_bytes.hpp"

namespace norma::compare {

namespace {

constexpr int exif_marker = JPEG_APP0 + 1;
constexpr std::string_view exif_begin{"Exif\0\0", 6};

/// Far more than real files have. Each scan takes time for the whole picture, so the number is limited.
constexpr int most_scans = 100;

/// libjpeg's state.
struct Reading {
    Reading() = default;
    ~Reading() { jpeg_destroy_decompress(&jpeg); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    jpeg_decompress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf jump{};
    bool ends_early = false;
    std::array<char, JMSG_LENGTH_MAX> message{};
};

[[noreturn]] void fail(j_common_ptr jpeg) {
    Reading& reading = *static_cast<Reading*>(jpeg->client_data);
    reading.ends_early = jpeg->err->msg_code == JWRN_JPEG_EOF;
    (*jpeg->err->format_message)(jpeg, reading.message.data());
    std::longjmp(reading.jump, 1);
}

[[noreturn]] void give_up(j_common_ptr jpeg, const char* message) {
    Reading& reading = *static_cast<Reading*>(jpeg->client_data);
    std::snprintf(reading.message.data(), reading.message.size(), "%s", message);
    std::longjmp(reading.jump, 1);
}

/// libjpeg only warns when it fills missing parts with grey: here that is an error. Two harmless warnings, which files
/// of cameras cause, are ignored.
void take_message(j_common_ptr jpeg, int level) {
    const int code = jpeg->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR) fail(jpeg);
}

void stop_at_many_scans(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans) {
        give_up(jpeg, "it has too many scans");
    }
}

// libjpeg leaves the two functions below by longjmp: they have no objects with destructors.

bool read_header(Reading& reading, std::span<const std::uint8_t> file) {
    j_decompress_ptr jpeg = &reading.jpeg;
    jpeg->err = jpeg_std_error(&reading.errors);
    reading.errors.error_exit = fail;
    reading.errors.emit_message = take_message;
    jpeg->client_data = &reading;
    if (setjmp(reading.jump) != 0) return false;
    jpeg_create_decompress(jpeg);
    reading.progress.progress_monitor = stop_at_many_scans;
    jpeg->progress = &reading.progress;
    jpeg_mem_src(jpeg, file.data(), static_cast<unsigned long>(file.size()));
    jpeg_save_markers(jpeg, exif_marker, 0xFFFF);
    jpeg_read_header(jpeg, TRUE);
    return true;
}

bool read_pixels(Reading& reading, std::uint8_t* pixels) {
    j_decompress_ptr jpeg = &reading.jpeg;
    if (setjmp(reading.jump) != 0) return false;
    jpeg->out_color_space = JCS_RGB;
    jpeg_start_decompress(jpeg);
    const std::size_t row_size = std::size_t{3} * jpeg->output_width;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = pixels + row_size * jpeg->output_scanline;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    // libjpeg gives grey for a component that has no scan.
    for (int i = 0; i < jpeg->num_components; ++i) {
        if (jpeg->comp_info[i].quant_table == nullptr || (jpeg->coef_bits != nullptr && jpeg->coef_bits[i][0] < 0)) {
            give_up(reinterpret_cast<j_common_ptr>(jpeg), "a part of its colours is missing");
        }
    }
    jpeg_finish_decompress(jpeg);
    return true;
}

/// Every block takes a bit or more: so a file of a few bytes takes no memory for a large picture.
bool can_hold_its_blocks(const Reading& reading, std::size_t size) {
    std::size_t blocks = 0;
    for (int i = 0; i < reading.jpeg.num_components; ++i) {
        const jpeg_component_info& component = reading.jpeg.comp_info[i];
        blocks += std::size_t{component.width_in_blocks} * component.height_in_blocks;
    }
    return blocks / 8 <= size;
}

int orientation_of(const Reading& reading) {
    for (jpeg_saved_marker_ptr marker = reading.jpeg.marker_list; marker != nullptr; marker = marker->next) {
        const std::span<const std::uint8_t> data(marker->data, marker->data_length);
        if (data.size() >= exif_begin.size() && std::equal(exif_begin.begin(), exif_begin.end(), data.begin())) {
            return exif_orientation(data.subspan(exif_begin.size()));
        }
    }
    return 1;
}

}  // namespace

StoredPicture decode_jpeg(const PictureBytes& bytes) {
    Reading reading;
    const auto refuse = [&] {
        if (reading.ends_early) bytes.refuse_early_end();
        bytes.refuse_damaged(reading.message.data());
    };
    if (!read_header(reading, bytes.file)) refuse();
    const jpeg_decompress_struct& jpeg = reading.jpeg;
    bytes.check_size(jpeg.image_width, jpeg.image_height);
    if (jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
        bytes.refuse_variety("in the colours of print (CMYK)");
    }
    if (jpeg.jpeg_color_space == JCS_UNKNOWN) {
        bytes.refuse_variety("of " + std::to_string(jpeg.num_components) + " unknown colour components");
    }
    if (jpeg.arith_code) bytes.refuse_variety("with arithmetic coding");
    if (!can_hold_its_blocks(reading, bytes.file.size())) bytes.refuse_early_end();
    StoredPicture stored{.picture = bytes.make_picture(jpeg.image_width, jpeg.image_height),
                         .orientation = orientation_of(reading)};
    if (!read_pixels(reading, stored.picture.pixels.data())) refuse();
    return stored;
}

}  // namespace norma::compare
