#include "decode_picture.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <utility>

#include "exif.hpp"
#include "norma/core/error.hpp"
#include "picture_bytes.hpp"

namespace norma::compare {

namespace {

#ifdef NORMA_HAS_PNG
constexpr bool has_png = true;
#else
constexpr bool has_png = false;
#endif
#ifdef NORMA_HAS_JPEG
constexpr bool has_jpeg = true;
#else
constexpr bool has_jpeg = false;
#endif

using namespace std::string_view_literals;

/// The bytes by which a format is recognised, from byte `at` on.
struct Signature {
    std::string_view kind;
    std::string_view bytes;
    std::size_t at = 0;
};

constexpr std::array read_kinds{Signature{"PNG", "\x89PNG\r\n\x1A\n"sv},
                                Signature{"JPEG", "\xFF\xD8\xFF"sv},
                                Signature{"BMP", "BM"sv},
                                Signature{"PNM", "P1"sv},
                                Signature{"PNM", "P2"sv},
                                Signature{"PNM", "P3"sv},
                                Signature{"PNM", "P4"sv},
                                Signature{"PNM", "P5"sv},
                                Signature{"PNM", "P6"sv}};

/// Formats that are recognised for the error message, but not read.
constexpr std::array other_kinds{Signature{"GIF", "GIF8"sv},
                                 Signature{"WebP", "WEBP"sv, 8},
                                 Signature{"TIFF", "II*\0"sv},
                                 Signature{"TIFF", "MM\0*"sv},
                                 Signature{"HEIF or AVIF (or a film)", "ftyp"sv, 4},
                                 Signature{"PAM", "P7"sv},
                                 Signature{"PFM", "PF"sv},
                                 Signature{"PFM", "Pf"sv},
                                 Signature{"Photoshop file", "8BPS"sv},
                                 Signature{"Softimage PIC", "\x53\x80\xF6\x34"sv},
                                 Signature{"Radiance file", "#?RADIANCE"sv},
                                 Signature{"icon", "\0\0\1\0"sv},
                                 Signature{"JPEG 2000", "\0\0\0\x0CjP  "sv},
                                 Signature{"JPEG XL", "\xFF\x0A"sv},
                                 Signature{"PDF", "%PDF"sv},
                                 Signature{"SVG", "<svg"sv}};

template <std::size_t Size>
std::string_view kind_of(std::span<const std::uint8_t> file, const std::array<Signature, Size>& kinds) {
    for (const Signature& signature : kinds) {
        if (file.size() < signature.at + signature.bytes.size()) continue;
        const auto found = file.subspan(signature.at, signature.bytes.size());
        if (std::ranges::equal(found, signature.bytes, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); })) {
            return signature.kind;
        }
    }
    return {};
}

const std::string& conversion() {
    static const std::string text = "predict reads " + readable_kinds() +
                                    "; convert it, for example with ImageMagick: convert FILE picture." +
                                    (has_png ? "png" : "ppm");
    return text;
}

std::string article(std::string_view kind) { return kind.starts_with('i') ? "is an " : "is a "; }

[[noreturn]] void refuse_kind(std::span<const std::uint8_t> file, const std::string& name) {
    if (file.empty()) raise<FileError>(name + ": is empty; expected a picture: " + readable_kinds());
    if (const std::string_view kind = kind_of(file, other_kinds); !kind.empty()) {
        raise<FileError>(name + ": " + article(kind) + std::string(kind) + "; " + conversion());
    }
    std::string found;
    for (const std::uint8_t byte : file.first(std::min<std::size_t>(4, file.size()))) {
        std::array<char, 4> digits{};
        std::snprintf(digits.data(), digits.size(), " %02X", byte);
        found += digits.data();
    }
    raise<FileError>(name + ": is not a picture of a known format (its first bytes are" + found + "); " + conversion());
}

[[noreturn]] void refuse_left_out(const PictureBytes& bytes, const std::string& library, const std::string& debian) {
    bytes.refuse(", but this program was built without " + library,
                 "install it (Debian and Ubuntu: " + debian +
                     ") and build again, or convert the picture (predict reads " + readable_kinds() + ")");
}

StoredPicture decode_stored(const PictureBytes& bytes) {
    if (bytes.kind == "PNG") {
        if constexpr (has_png) return decode_png(bytes);
        refuse_left_out(bytes, "libpng", "libpng-dev");
    }
    if (bytes.kind == "JPEG") {
        if constexpr (has_jpeg) return decode_jpeg(bytes);
        refuse_left_out(bytes, "libjpeg", "libjpeg-dev");
    }
    return {.picture = bytes.kind == "BMP" ? decode_bmp(bytes) : decode_pnm(bytes)};
}

}  // namespace

std::string readable_kinds() {
    return std::string(has_png ? "PNG, " : "") + (has_jpeg ? "JPEG, " : "") + "BMP and PNM";
}

void PictureBytes::refuse(const std::string& what, const std::string& remedy) const {
    raise<FileError>(name + ": is a " + kind + what + "; " + remedy);
}

void PictureBytes::refuse_damaged(const std::string& what) const {
    refuse(" that is damaged (" + what + ")", "download it or save it again");
}

void PictureBytes::refuse_early_end() const {
    refuse(" that is cut short, after " + std::to_string(file.size()) + " bytes", "download it or save it again");
}

void PictureBytes::refuse_variety(const std::string& what) const {
    refuse(" " + what + ", which is not supported", conversion());
}

void PictureBytes::check_size(std::int64_t width, std::int64_t height) const {
    const std::string size = " of " + std::to_string(width) + " × " + std::to_string(height) + " pixels";
    if (width < 1 || height < 1) refuse(size, "a picture has at least one; download it or save it again");
    if (width > longest_picture_side || height > longest_picture_side || width * height > most_pixels) {
        refuse(size, "at most " + std::to_string(most_pixels) + " in all and " + std::to_string(longest_picture_side) +
                         " on a side are supported; make it smaller first");
    }
}

DecodedPicture PictureBytes::make_picture(std::int64_t width, std::int64_t height) const {
    check_size(width, height);
    DecodedPicture picture{.width = static_cast<int>(width), .height = static_cast<int>(height), .pixels = {}};
    picture.pixels.resize(static_cast<std::size_t>(3 * width * height));
    return picture;
}

DecodedPicture decode_picture(std::span<const std::uint8_t> file, const std::string& name, std::int64_t most_pixels) {
    const std::string_view kind = kind_of(file, read_kinds);
    if (kind.empty()) refuse_kind(file, name);
    StoredPicture stored =
        decode_stored({.file = file, .name = name, .kind = std::string(kind), .most_pixels = most_pixels});
    return turned_upright(std::move(stored.picture), stored.orientation);
}

}  // namespace norma::compare
