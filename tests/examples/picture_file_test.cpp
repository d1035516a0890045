#include "../../examples/predict/picture_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "../../examples/compare/picture.hpp"
#include "../../examples/predict/decode_picture.hpp"
#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"

namespace picture_file_test {

using namespace norma;
using namespace norma::compare;

namespace {

bool has_png() { return readable_kinds().starts_with("PNG"); }

std::string refusal(const std::filesystem::path& file) {
    return message_of<FileError>([&] { read_picture(file.string(), 2); });
}

}  // namespace

TEST_CASE("a PNG and a PPM of the right size are not scaled") {
    const TemporaryFolder folder;
    const std::string bytes = "ABCDEFGHIJKL";
    Picture small(2, 2, {0, 0, 0});
    for (std::size_t i = 0; i < 4; ++i) {
        const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(bytes[3 * i + k]); };
        small.set(i % 2, i / 2, {at(0), at(1), at(2)});
    }
    write_file_atomically(folder.path() / "a.png", small.png());
    write_file_atomically(folder.path() / "a.ppm", "P6\n2 2\n255\n" + bytes);
    for (const char* name : {"a.png", "a.ppm"}) {
        CAPTURE(name);
        if (name == std::string("a.png") && !has_png()) continue;
        const PictureFile picture = read_picture((folder.path() / name).string(), 2);
        CHECK(std::string(picture.pixels.begin(), picture.pixels.end()) == bytes);
        CHECK(picture.change.empty());
    }
}

TEST_CASE("for another size the square in the middle is scaled, and the result says so") {
    const TemporaryFolder folder;
    std::string bytes;  // the middle four columns are of another colour
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 0; x < 8; ++x) bytes += x >= 2 && x < 6 ? "xyz" : "abc";
    write_file_atomically(folder.path() / "wide.ppm", "P6 8 4 255 " + bytes);
    const PictureFile picture = read_picture((folder.path() / "wide.ppm").string(), 2);
    CHECK(picture.change == "8 × 4, its middle scaled to 2 × 2");
    CHECK(std::string(picture.pixels.begin(), picture.pixels.end()) == "xyzxyzxyzxyz");
}

TEST_CASE("a file that is not a picture is refused, and the message names it") {
    const TemporaryFolder folder;
    write_file_atomically(folder / "text.png", std::string_view("no picture"));
    CHECK(mentions(refusal(folder / "text.png"), "text.png: is not a picture of a known format"));
    CHECK(mentions(refusal(folder / "nowhere.png"), "nowhere.png: there is no such file"));
}

TEST_CASE("a path that is not a file is refused at once") {
    const TemporaryFolder folder;
    CHECK(mentions(refusal(folder.path()), folder.path().string() + ": is a folder; a file was expected"));
    std::filesystem::create_symlink("loop.png", folder / "loop.png");
    CHECK(mentions(refusal(folder / "loop.png"), "loop.png: ", "links"));
    std::string long_name(5000, 'n');
    long_name += ".png";
    CHECK(mentions(refusal(folder / long_name), "n.png: ", "name"));
    REQUIRE(::mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
    CHECK(mentions(refusal(folder / "pipe.png"), "pipe.png: is a pipe or a device; copy its content into a file"));
    CHECK(mentions(refusal("/dev/zero"), "/dev/zero: is a pipe or a device"));
    write_file_atomically(folder / "long.png", std::string_view("P6"));
    std::filesystem::resize_file(folder / "long.png", std::uintmax_t{1} << 36);  // takes no room on the disk
    CHECK(mentions(refusal(folder / "long.png"), "long.png: has 68719476736 bytes; at most 1073741824 are supported"));
}

}  // namespace picture_file_test
