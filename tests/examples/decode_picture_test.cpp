#include "../../examples/predict/decode_picture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "../../examples/compare/picture.hpp"
#include "../../examples/predict/exif.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "made_pictures.hpp"
#include "norma/core/error.hpp"

namespace decode_picture_test {

using namespace norma;
using namespace norma::compare;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes text(std::string_view content) { return Bytes(content.begin(), content.end()); }

const MadePicture& made(std::string_view name) {
    return *std::ranges::find(made_pictures, name, [](const MadePicture& picture) { return picture.name; });
}

bool is_readable(const MadePicture& picture) {
    return readable_kinds().find(picture.name.starts_with("jpeg") ? "JPEG" : "PNG") != std::string::npos;
}

std::string refusal(const Bytes& file) {
    return message_of<FileError>([&] { decode_picture(file, "a"); });
}

Bytes pixels_of(const Bytes& file, int width, int height) {
    const DecodedPicture picture = decode_picture(file, "a");
    CHECK(picture.width == width);
    CHECK(picture.height == height);
    return picture.pixels;
}

/// One pixel for each value, red = green = blue.
Bytes greys(std::initializer_list<int> values) {
    Bytes pixels;
    for (const int value : values) pixels.insert(pixels.end(), 3, static_cast<std::uint8_t>(value));
    return pixels;
}

/// Checks that the file, cut anywhere, is refused with a message that says so; the shortest ones as an unknown format.
void check_cuts(const Bytes& file, std::size_t bytes_that_count) {
    for (std::size_t size = 0; size < bytes_that_count; ++size) {
        CAPTURE(size);
        const std::string message = refusal(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
        REQUIRE(mentions(message, "a: is "));
        if (size > 8) REQUIRE(mentions(message, "cut short, after " + std::to_string(size) + " bytes"));
    }
}

/// A Windows bitmap, made as its documentation says.
struct Bitmap {
    int width = 3;
    int height = 2;
    int bits = 24;
    int compression = 0;
    Bytes masks{};    ///< what follows the first 40 bytes of the header
    Bytes palette{};  ///< blue, green, red, nothing
    Bytes pixels{};
    int colours_used = 0;
    bool is_old = false;

    Bytes file() const {
        Bytes out{'B', 'M'};
        const auto put = [&](std::int64_t value, int size) {
            for (int i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        };
        const auto header_size = static_cast<std::int64_t>(is_old ? 12 : 40 + masks.size());
        const auto pixels_at = 14 + header_size + static_cast<std::int64_t>(palette.size());
        put(pixels_at + static_cast<std::int64_t>(pixels.size()), 4);
        put(0, 4);
        put(pixels_at, 4);
        put(header_size, 4);
        put(width, is_old ? 2 : 4);
        put(height, is_old ? 2 : 4);
        put(1, 2);
        put(bits, 2);
        if (!is_old) {
            put(compression, 4);
            for (const int value : {0, 2835, 2835, colours_used, 0}) put(value, 4);
        }
        for (const Bytes* part : {&masks, &palette, &pixels}) out.insert(out.end(), part->begin(), part->end());
        return out;
    }
};

const Bitmap coloured{.pixels = {7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 1, 2, 3, 4, 5, 6, 21, 22, 23, 0, 0, 0}};
const Bytes coloured_pixels{3, 2, 1, 6, 5, 4, 23, 22, 21, 9, 8, 7, 12, 11, 10, 15, 14, 13};
const Bytes three_colours{0, 0, 0, 0, 30, 20, 10, 0, 60, 50, 40, 0};

}  // namespace

TEST_CASE("PNG and JPEG of every kind give the pixels that they were made from") {
    for (const MadePicture& picture : made_pictures) {
        CAPTURE(picture.name);
        if (!is_readable(picture)) continue;
        const Bytes found = pixels_of(from_digits(picture.file), picture.width, picture.height);
        const Bytes expected = from_digits(picture.pixels);
        REQUIRE(found.size() == expected.size());
        int worst = 0;
        for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::abs(found[i] - expected[i]));
        CHECK(worst <= picture.tolerance);
    }
}

TEST_CASE("a picture that EXIF turned says so") {
    if (!is_readable(made("orientation6"))) return;
    CHECK(decode_picture(from_digits(made("orientation6").file), "a").is_turned);
    CHECK(!decode_picture(from_digits(made("orientation1").file), "a").is_turned);
}

TEST_CASE("a PNG with any flipped bit, or cut short, is refused") {
    for (const char* const name : {"rgb8", "palette4_transparent_interlaced", "orientation6"}) {
        CAPTURE(name);
        if (!is_readable(made(name))) continue;
        Bytes file = from_digits(made(name).file);
        for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
            CAPTURE(bit);
            file[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            REQUIRE(mentions(refusal(file), "a: is "));
            file[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
        check_cuts(file, file.size());
        file[file.size() - 1] ^= 1;
        CHECK(mentions(refusal(file), "a: is a PNG that is damaged (IEND: CRC error); download it or save it again"));
    }
}

TEST_CASE("a JPEG that is cut short is refused, and damage does no harm") {
    for (const char* const name : {"jpeg", "jpeg_progressive", "jpeg_turned"}) {
        CAPTURE(name);
        if (!is_readable(made(name))) continue;
        Bytes file = from_digits(made(name).file);
        check_cuts(file, file.size());
        for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {  // it has no checksum: most are pictures still
            CAPTURE(bit);
            file[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            const std::string message = refusal(file);
            REQUIRE((message.empty() || mentions(message, "a: is ")));
            file[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
    }
}

TEST_CASE("JPEG in colours of print or with arithmetic coding is refused") {
    if (!is_readable(made("jpeg"))) return;
    CHECK(mentions(refusal(from_digits(made_cmyk_jpeg)), "a: is a JPEG in the colours of print (CMYK)", "convert it"));
    Bytes file = from_digits(made("jpeg").file);
    const auto frame = std::ranges::search(file, Bytes{0xFF, 0xC0}).begin();
    frame[1] = 0xC9;
    CHECK(mentions(refusal(file), "a: is a JPEG with arithmetic coding, which is not supported"));
}

TEST_CASE("JPEG without a scan for one of its components, or with too many of them, is refused") {
    if (!is_readable(made("jpeg"))) return;
    const Bytes file = from_digits(made("jpeg_scans").file), scan_begin{0xFF, 0xDA};
    const auto last = std::ranges::find_end(file, scan_begin).begin();
    Bytes changed(file.begin(), last);
    changed.insert(changed.end(), file.end() - 2, file.end());
    CHECK(mentions(refusal(changed), "a: is a JPEG that is damaged (a part of its colours is missing); download it"));
    changed.assign(file.begin(), last);
    for (int i = 0; i < 98; ++i) changed.insert(changed.end(), last, file.end() - 2);
    Bytes more = changed;
    changed.insert(changed.end(), file.end() - 2, file.end());
    more.insert(more.end(), last, file.end());
    CHECK(decode_picture(changed, "a").pixels == decode_picture(file, "a").pixels);
    CHECK(mentions(refusal(more), "a: is a JPEG that is damaged (it has too many scans)"));
}

TEST_CASE("a large picture is refused before memory is allocated for it, also if the file is small") {
    const Bytes header = text("P6 65535 1024 255\n"), too_many = text("P6 65535 1025 255\n");
    const auto peak = peak_memory_of([&] {
        CHECK(mentions(refusal(header), "a: is a PNM that is cut short"));
        CHECK(mentions(refusal(too_many), "a: is a PNM of 65535 × 1025 pixels", "67108864", "make it smaller"));
        CHECK(mentions(refusal(text("P5 65536 1 255\n")), "65535 on a side"));
        CHECK(mentions(refusal(text("P2 2147483647 2147483647 255\n")), "of 2147483647 × 2147483647 pixels"));
        CHECK(mentions(refusal(Bitmap{.width = 60000, .height = 1000}.file()), "is cut short"));
        CHECK(mentions(refusal(Bitmap{.width = -60000, .height = -60000}.file()), "of -60000 × 60000 pixels"));
        if (is_readable(made("jpeg"))) {
            Bytes file = from_digits(made("jpeg").file);
            auto size = std::ranges::search(file, Bytes{0xFF, 0xC0}).begin() + 5;
            for (const int byte : {0x1F, 0xFF, 0x20, 0x00}) *size++ = static_cast<std::uint8_t>(byte);  // 8191 × 8192
            CHECK(mentions(refusal(file), "a: is a JPEG that is cut short"));
            size -= 4;
            for (const int byte : {0xFF, 0, 0xFF, 0}) *size++ = static_cast<std::uint8_t>(byte);
            CHECK(mentions(refusal(file), "a: is a JPEG of 65280 × 65280 pixels; at most"));
        }
    });
    if (peak) CHECK(*peak < 4 << 20);
}

TEST_CASE("a picture takes the memory of its pixels and its file, and little more") {
    if (!is_readable(made("rgb8"))) return;
    const std::string png = Picture(4000, 3000, {1, 2, 3}).png();
    const Bytes file(png.begin(), png.end());
    std::size_t size = 0;
    const auto peak = peak_memory_of([&] { size = decode_picture(file, "a").pixels.size(); });
    CHECK(size == 36'000'000);
    if (peak) {
        CHECK(*peak < 40'000'000);
        CHECK(*peak > 35'000'000);  // the measurement sees it
    }
}

TEST_CASE("values of a PNM are scaled by its largest value") {
    CHECK(pixels_of(text("P6\n2 1\n255\nABCDEF"), 2, 1) == text("ABCDEF"));
    CHECK(pixels_of(text("P6 1 2 100 \x64\x32\x01\x33\x43\x62"), 1, 2) == Bytes{255, 128, 3, 130, 171, 250});
    CHECK(pixels_of(text({"P5 3 1 255\n\x00\x7F\xFF", 14}), 3, 1) == greys({0, 127, 255}));
    CHECK(pixels_of(text({"P5 3 1 1000\n\x00\x00\x01\xF4\x03\xE8", 18}), 3, 1) == greys({0, 128, 255}));
    CHECK(pixels_of(text({"P6 1 1 65535\n\xFF\xFF\x80\x00\x00\x7F", 19}), 1, 1) == Bytes{255, 128, 0});
    CHECK(pixels_of(text("P4 10 2\n\xAA\x40\x0F\x80"), 10, 2) ==
          greys({0, 255, 0, 255, 0, 255, 0, 255, 255, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 255}));
    CHECK(pixels_of(text("P1 3 2 101 0\n1 # 0 0\n0"), 3, 2) == greys({0, 255, 0, 255, 0, 255}));
    CHECK(pixels_of(text("P2\n# one\n2 # two\n2\n100 0 50\n 100 99"), 2, 2) == greys({0, 128, 255, 252}));
    CHECK(pixels_of(text("P3 1 1 65535 65535 32768 1"), 1, 1) == Bytes{255, 128, 0});
    CHECK(pixels_of(text("P6 1 1 255#\nABC"), 1, 1) == text("ABC"));      // the end of the comment's line is the blank
    CHECK(pixels_of(text("P6 1 1 255\n#AB rest"), 1, 1) == text("#AB"));  // no comment any more
}

TEST_CASE("PNM with impossible values, or cut short, is refused") {
    CHECK(
        mentions(refusal(text("P6 -1 -1 255\nABC")),
                 "a: is a PNM that is damaged (its width is '-1', not a whole number up to 2147483647); download it"));
    CHECK(mentions(refusal(text("P6 1 0 255\nABC")), "of 1 × 0 pixels"));
    CHECK(mentions(refusal(text("P6 1 1 0\nABC")), "its largest value is 0"));
    CHECK(mentions(refusal(text("P6 1 1 65536\nABC")), "its largest value is '65536', not a whole number up to 65535"));
    CHECK(mentions(refusal(text("P6 1 99999999999999999999 1\n")), "its height is '999999999999'"));
    CHECK(mentions(refusal(text("P6 1 1 255ABC")), "there is no blank before its pixels"));
    CHECK(mentions(refusal(text("P5 1 1 100 \x65")), "a value in row 1 is 101, but its largest value should be 100"));
    CHECK(mentions(refusal(text("P2 1 1 100 101")), "a value in row 1 is 101"));
    CHECK(mentions(refusal(text("P2 2 1 100 10 -3")), "a value is '-3'"));
    CHECK(mentions(refusal(text("P1 2 1 12")), "a pixel is '2', not 0 or 1"));
    CHECK(mentions(refusal(text("P6 \x1b[2J 1 255 ABC")), "its width is '\\x1b[2J'"));
    check_cuts(text("P6 2 1 255 ABCDEF"), 17);
    check_cuts(text("P5 2 1 256 ABCD"), 15);
    check_cuts(text("P4 12 2 ABCD"), 12);
    check_cuts(text("P3 1 1 255 1 2 3"), 15);
    check_cuts(text("P1 3 1 1 0 1"), 12);
}

TEST_CASE("BMP with rows from the bottom or from the top, with or without a palette") {
    CHECK(pixels_of(coloured.file(), 3, 2) == coloured_pixels);
    Bitmap bitmap = coloured;
    bitmap.is_old = true;
    CHECK(pixels_of(bitmap.file(), 3, 2) == coloured_pixels);
    bitmap = coloured;
    bitmap.height = -2;
    Bytes turned(coloured_pixels.begin() + 9, coloured_pixels.end());
    turned.insert(turned.end(), coloured_pixels.begin(), coloured_pixels.begin() + 9);
    CHECK(pixels_of(bitmap.file(), 3, 2) == turned);

    bitmap = {.bits = 8, .palette = three_colours, .pixels = {2, 1, 0, 9, 0, 1, 2, 9}, .colours_used = 3};
    CHECK(pixels_of(bitmap.file(), 3, 2) == Bytes{0, 0, 0, 10, 20, 30, 40, 50, 60, 40, 50, 60, 10, 20, 30, 0, 0, 0});
    bitmap.bits = 4;
    bitmap.pixels = {0x21, 0, 0, 0, 0x01, 0x20, 0, 0};
    CHECK(pixels_of(bitmap.file(), 3, 2) == Bytes{0, 0, 0, 10, 20, 30, 40, 50, 60, 40, 50, 60, 10, 20, 30, 0, 0, 0});
    bitmap = {.bits = 1, .palette = {0, 0, 0, 0, 9, 9, 9, 0}, .pixels = {0xA0, 0, 0, 0, 0x40, 0, 0, 0}};
    CHECK(pixels_of(bitmap.file(), 3, 2) == greys({0, 9, 0, 9, 0, 9}));
}

TEST_CASE("BMP of 32 bits has transparency only if its header says so") {
    Bitmap bitmap{.width = 2, .height = 1, .bits = 32, .pixels = {1, 2, 3, 0, 100, 50, 0, 51}};
    CHECK(pixels_of(bitmap.file(), 2, 1) == Bytes{3, 2, 1, 0, 50, 100});
    bitmap.compression = 3;
    bitmap.masks = {0, 0, 0xFF, 0, 0, 0xFF, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF};
    CHECK(pixels_of(bitmap.file(), 2, 1) == Bytes{255, 255, 255, 204, 214, 224});  // 0.2 · colour + 0.8 · white
    bitmap.masks[0] = 0xFF;
    CHECK(mentions(refusal(bitmap.file()), "a: is a BMP with its colours in an unusual order, which is not supported"));
}

TEST_CASE("BMP that is damaged, not supported or cut short is refused") {
    Bitmap bitmap{.bits = 8, .palette = three_colours, .pixels = {2, 1, 3, 9, 0, 1, 2, 9}, .colours_used = 3};
    CHECK(mentions(refusal(bitmap.file()), "a: is a BMP that is damaged (a pixel has colour 3 of a palette of 3)"));
    bitmap.colours_used = 257;
    CHECK(mentions(refusal(bitmap.file()), "its palette has 257 colours"));
    bitmap.colours_used = 0;  // all 256, which are not there
    CHECK(mentions(refusal(bitmap.file()), "is cut short"));
    bitmap = {.bits = 8, .compression = 1};
    CHECK(mentions(refusal(bitmap.file()), "a: is a BMP with compression 1, which is not supported; predict reads "));
    bitmap = {.bits = 16};
    CHECK(mentions(refusal(bitmap.file()), "of 16 bits a pixel"));
    bitmap = {.masks = Bytes(200)};
    CHECK(mentions(refusal(bitmap.file()), "with a header of 240 bytes"));
    bitmap = coloured;
    bitmap.height = 0;
    CHECK(mentions(refusal(bitmap.file()), "of 3 × 0 pixels"));
    Bytes file = coloured.file();
    file[10] = 53;
    CHECK(mentions(refusal(file), "its pixels begin inside its header, at byte 53"));
    file = coloured.file();
    file[13] = 0xFF;
    CHECK(mentions(refusal(file), "is cut short"));
    for (std::size_t i = 22; i < 26; ++i) file[i] = i == 25 ? 0x80 : 0;  // the height for which there is no opposite
    CHECK(mentions(refusal(file), "of 3 × 2147483648 pixels"));
    check_cuts(coloured.file(), coloured.file().size());
}

TEST_CASE("a file of another format is refused; the message says what it is and how to convert it") {
    const std::string remedy =
        "; predict reads " + readable_kinds() + "; convert it, for example with ImageMagick: convert FILE picture.";
    CHECK(mentions(refusal(text("GIF89a\1\0")), "a: is a GIF" + remedy));
    CHECK(mentions(refusal(text("RIFF1234WEBPVP8 ")), "a: is a WebP" + remedy));
    CHECK(mentions(refusal(text({"II*\0\x08\0\0\0", 8})), "a: is a TIFF" + remedy));
    CHECK(mentions(refusal(text({"\0\0\0\x18"
                                 "ftypheic",
                                 12})),
                   "a: is a HEIF or AVIF"));
    CHECK(mentions(refusal(text({"\0\0\1\0\1\0", 6})), "a: is an icon" + remedy));
    Bytes pic(97);
    std::ranges::copy(Bytes{0x53, 0x80, 0xF6, 0x34}, pic.begin());
    CHECK(mentions(refusal(pic), "a: is a Softimage PIC" + remedy));
    const Bytes tga{0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 32, 0};  // of 65535 × 65535
    CHECK(mentions(refusal(tga), "a: is not a picture of a known format (its first bytes are 00 00 02 00)" + remedy));
    CHECK(mentions(refusal(text("no")), "(its first bytes are 6E 6F)"));
    CHECK(mentions(refusal({}), "a: is empty; expected a picture: " + readable_kinds()));
}

TEST_CASE("a picture stays upright if its EXIF data are damaged or have no orientation") {
    const Bytes sound{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0};
    REQUIRE(exif_orientation(sound) == 6);
    for (std::size_t size = 0; size < sound.size(); ++size) {
        const Bytes cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size));  // sanitizers see its end
        CHECK(exif_orientation(cut) == 1);
    }
    const auto with = [&](std::size_t at, std::initializer_list<std::uint8_t> bytes) {
        Bytes exif = sound;
        for (const std::uint8_t byte : bytes) exif.at(at++) = byte;
        return exif_orientation(exif);
    };
    CHECK(with(0, {'I', 'I'}) == 1);  // read the other way round, nothing fits
    CHECK(with(0, {'I', 'M'}) == 1);
    CHECK(with(3, {43}) == 1);
    CHECK(with(4, {0xFF, 0xFF, 0xFF, 0xFF}) == 1);  // where the directory cannot be
    CHECK(with(4, {0, 0, 0, 21}) == 1);
    CHECK(with(8, {0xFF, 0xFF}) == 6);  // more entries than there are, the first of them sound
    CHECK(with(11, {0x13}) == 1);       // another entry
    CHECK(with(13, {4}) == 1);          // of another type
    CHECK(with(17, {2}) == 1);          // of two values
    CHECK(with(18, {0, 0}) == 1);
    CHECK(with(18, {0, 9}) == 1);
    CHECK(with(18, {1, 6}) == 1);
}

}  // namespace decode_picture_test
