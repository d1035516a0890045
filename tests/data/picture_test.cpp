#include "norma/data/picture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "../examples/made_pictures.hpp"
#include "../support/hexadecimal.hpp"
#include "../support/message.hpp"
#include "../support/peak_memory.hpp"
#include "../support/png.hpp"
#include "../support/temporary_folder.hpp"

namespace picture_test {

using namespace norma;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes made(std::string_view name) {
    return from_digits(std::ranges::find(made_pictures, name, &MadePicture::name)->file);
}

std::string refusal(const Bytes& file, std::size_t most_pixels = most_picture_pixels) {
    return message_of<FileError>([&] { decode_picture(file, "pictures/a", 3, most_pixels); });
}

Bytes without(Bytes file, std::string_view part) {
    const auto at = std::search(file.begin(), file.end(), part.begin(), part.end());
    REQUIRE(at != file.end());
    const std::ptrdiff_t begin = at - file.begin() - 4;
    const std::ptrdiff_t length = 256 * file[std::size_t(begin) + 2] + file[std::size_t(begin) + 3];
    file.erase(file.begin() + begin, file.begin() + begin + 12 + length);
    return file;
}

}  // namespace

TEST_CASE("PNG and JPEG of all kinds have Pillow's pixels") {
    int exact = 0, near = 0;
    for (const MadePicture& golden : made_pictures) {
        // Alpha is dropped here and the EXIF rotation not applied; the pixels there are on white, and rotated.
        if (golden.name.find("transparent") != std::string_view::npos ||
            golden.name.find("alpha") != std::string_view::npos ||
            golden.name.find("turned") != std::string_view::npos ||
            (golden.name.starts_with("orientation") && golden.name != "orientation1")) {
            continue;
        }
        CAPTURE(golden.name);
        const bool is_jpeg = golden.name.starts_with("jpeg");
        const Picture picture = decode_picture(from_digits(golden.file), "a");
        const Bytes pixels = from_digits(golden.pixels);
        REQUIRE(picture.extent == Extent{3, golden.height, golden.width});
        REQUIRE(picture.pixels.size() == pixels.size());
        int most = 0;
        for (std::size_t i = 0; i < pixels.size(); ++i) most = std::max(most, std::abs(pixels[i] - picture.pixels[i]));
        // Of 16 bits the upper 8 are taken, where the golden pixels are rounded; stb_image's JPEG is not libjpeg's.
        CHECK(most <= (is_jpeg ? 3 : golden.name.find("16") != std::string_view::npos ? 1 : 0));
        ++(is_jpeg ? near : exact);
    }
    CHECK(exact >= 20);
    CHECK(near >= 5);
}

TEST_CASE("alpha is dropped") {
    const Bytes pixels{10, 20, 30, 255, 40, 50, 60, 0};
    CHECK(decode_picture(made_png::png(2, 1, 4, pixels), "a").pixels == Bytes{10, 20, 30, 40, 50, 60});
    CHECK(decode_picture(made_png::png(2, 1, 2, {7, 255, 9, 0}), "a").pixels == Bytes{7, 7, 7, 9, 9, 9});
    for (const std::string_view name :
         {"palette8_transparent", "rgb8_transparent", "grey16_transparent", "rgb_alpha16"}) {
        CHECK(decode_picture(made(name), "a").pixels.size() == 135);
    }
}

TEST_CASE("colour becomes Pillow's luminance, and a grey value stays") {
    // Image.new("RGB", (1, 1), c).convert("L") for these colours.
    const Bytes colours{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 1, 2, 3, 200, 100, 50, 13, 170, 91};
    CHECK(decode_picture(made_png::png(7, 1, 3, colours), "a", 1).pixels == Bytes{76, 150, 29, 255, 2, 124, 114});
    const Picture grey = decode_picture(made_png::png(2, 1, 1, {0, 200}), "a", 1);
    CHECK(grey.extent == Extent{1, 1, 2});
    CHECK(grey.pixels == Bytes{0, 200});
    CHECK(mentions(message_of<OptionError>([] { decode_picture(made("rgb8"), "a", 4); }), "channels: 4",
                   "1 (grey) or 3"));
}

TEST_CASE("a picture that is cut short anywhere is refused") {
    for (const std::string_view name : {"rgb8", "palette4_interlaced", "jpeg", "jpeg_progressive", "jpeg_scans"}) {
        CAPTURE(name);
        const Bytes file = made(name);
        for (std::size_t size = 0; size < file.size(); ++size) {
            CAPTURE(size);
            const std::string message = refusal(Bytes(file.begin(), file.begin() + std::ptrdiff_t(size)));
            CHECK(mentions(message, "pictures/a: ", "replace the picture"));
            if (size >= 8) CHECK(mentions(message, "cut short", std::to_string(size) + " bytes"));
        }
    }
    CHECK(mentions(refusal({}), "the file is empty"));
}

TEST_CASE("a PNG in which a byte is changed is refused") {
    const Bytes file = made("rgb8");
    for (std::size_t at = 0; at < file.size(); ++at) {
        CAPTURE(at);
        Bytes changed = file;
        changed[at] ^= 0x40;
        CHECK(refusal(changed) != "");
    }
    Bytes changed = file;
    changed[60] ^= 1;
    CHECK(mentions(refusal(changed), "the picture is damaged: the checksum of the part at byte 33"));
}

TEST_CASE("a JPEG in which a byte is changed is decoded or refused") {
    for (const std::string_view name : {"jpeg", "jpeg_progressive"}) {
        const Bytes file = made(name);
        int refused = 0;
        for (std::size_t at = 0; at < file.size(); ++at) {
            for (const int change : {0x01, 0x80, 0xff}) {
                Bytes changed = file;
                changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
                refused += refusal(changed, 1 << 16) != "";
            }
        }
        CHECK(refused > 100);
    }
}

TEST_CASE("a Huffman table that is longer than it may be is refused") {
    Bytes jpeg = made("jpeg");
    const Bytes mark{0xff, 0xc4};
    const auto at = std::ranges::search(jpeg, mark).begin();
    for (const int count : {20, 255}) {
        Bytes changed = jpeg;
        changed[static_cast<std::size_t>(at - jpeg.begin()) + 20] = static_cast<std::uint8_t>(count);
        CHECK(mentions(refusal(changed), "Huffman table", "too long"));
    }
}

TEST_CASE("another format is named") {
    CHECK(mentions(refusal({'G', 'I', 'F', '8', '9', 'a'}), "neither PNG nor JPEG", "this is a GIF picture"));
    CHECK(mentions(refusal(Bytes(100, 7)), "neither PNG nor JPEG", "another format, or damaged"));
    const std::string page = "<!DOCTYPE html><title>404";
    CHECK(mentions(refusal(Bytes(page.begin(), page.end())), "a web page"));
}

TEST_CASE("PNG and JPEG files without a picture are refused") {
    CHECK(mentions(refusal(without(made("rgb8"), "IHDR")), "without IHDR"));
    CHECK(mentions(refusal(without(made("rgb8"), "IDAT")), "stb_image cannot decode it"));
    Bytes unknown = made("rgb8");
    unknown.resize(unknown.size() - 12);  // without IEND
    made_png::put_chunk(unknown, "NEWS", {1, 2, 3});
    made_png::put_chunk(unknown, "IEND", {});
    CHECK(mentions(refusal(unknown), "a part of an unknown kind"));
    CHECK(mentions(refusal({0xff, 0xd8, 0xff, 0xd9}), "ends at byte 2 without a picture"));
    CHECK(mentions(refusal({0xff, 0xd8, 0xff, 0xfe, 0, 1, 0xff, 0xd9}), "damaged at byte 2"));
    CHECK(mentions(refusal(made_png::png(0, 5, 3, {})), "0 × 5 pixels"));
    CHECK(mentions(refusal(made_png::png(3, 3, 3, Bytes(9))), "stb_image cannot decode it"));  // one row of three
}

TEST_CASE("a picture of too many pixels is refused before memory is taken for it") {
    const Bytes bomb = made_png::png(60000, 60000, 3, Bytes(300));
    CHECK(mentions(refusal(bomb), "60000 × 60000 pixels", "at most 67108864", "most_pixels"));
    CHECK(mentions(refusal(bomb, ~std::size_t{0}), "60000 × 60000 pixels", "at most 268435456"));
    CHECK(mentions(refusal(made("rgb8"), 44), "9 × 5 pixels"));
    CHECK(refusal(made("rgb8"), 45) == "");
    Bytes jpeg = made("jpeg");
    const Bytes frame{0xff, 0xc0};
    const auto at = std::ranges::search(jpeg, frame).begin();
    std::fill_n(at + 5, 4, std::uint8_t{0xff});
    CHECK(mentions(refusal(jpeg), "65535 × 65535 pixels"));
}

TEST_CASE("data that unpacks to more than its picture takes no memory") {
    // 20 MB of rows for a picture of 4 × 4.
    const Bytes bomb = made_png::png(4, 4, 3, Bytes(20'000'000));
    std::string message;
    const auto peak = peak_memory_of([&] { message = refusal(bomb); });
    if (peak) CHECK(*peak < 130 << 20);  // in proportion to the file
}

TEST_CASE("a file is read by its name") {
    const TemporaryFolder folder;
    CHECK(read_picture(folder.put("a.png", made("rgb8"))).pixels.size() == 135);
    CHECK(mentions(message_of<FileError>([&] { read_picture(folder / "b.png"); }), "b.png", "no such file"));
    CHECK(mentions(message_of<FileError>([&] { read_picture(folder.path()); }), "is a folder"));
}

}  // namespace picture_test
