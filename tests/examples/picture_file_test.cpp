#include "../../examples/predict/picture_file.hpp"

#include <doctest/doctest.h>

#include <string>

#include "../../examples/compare/picture.hpp"
#include "../support/message.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"

using namespace norma;
using namespace norma::compare;

namespace {

/// Three pixels wide, two high, all different.
const std::string bytes = "ABCDEFGHIJKLMNOPQR";

Picture small() {
    Picture picture(3, 2, {0, 0, 0});
    for (std::size_t i = 0; i < 6; ++i) {
        const auto at = [&](std::size_t k) { return static_cast<std::uint8_t>(bytes[3 * i + k]); };
        picture.set(i % 3, i / 3, {at(0), at(1), at(2)});
    }
    return picture;
}

}  // namespace

TEST_CASE("a PNG and a PPM of the wanted size give their pixels as they are") {
    const TemporaryFolder folder;
    write_file_atomically(folder.path() / "a.png", small().png());
    write_file_atomically(folder.path() / "a.ppm", "P6\n3 2\n255\n" + bytes);
    for (const char* name : {"a.png", "a.ppm"}) {
        CAPTURE(name);
        const PictureFile picture = read_picture((folder.path() / name).string(), {3, 2, 3});
        CHECK(std::string(picture.pixels.begin(), picture.pixels.end()) == bytes);
        CHECK(picture.change.empty());
    }
}

TEST_CASE("of another size the square in the middle is scaled, and said so") {
    const TemporaryFolder folder;
    Picture wide(8, 4, {9, 9, 9});  // the middle four columns are of another colour
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t x = 2; x < 6; ++x) wide.set(x, y, {200, 100, 50});
    write_file_atomically(folder.path() / "wide.png", wide.png());
    const PictureFile picture = read_picture((folder.path() / "wide.png").string(), {3, 2, 2});
    CHECK(picture.change == "8 × 4, its middle scaled to 2 × 2");
    REQUIRE(picture.pixels.size() == 12);
    for (std::size_t i = 0; i < 12; i += 3) {
        CHECK(int(picture.pixels[i]) == 200);
        CHECK(int(picture.pixels[i + 1]) == 100);
        CHECK(int(picture.pixels[i + 2]) == 50);
    }
}

TEST_CASE("what is no picture is refused by its name") {
    const TemporaryFolder folder;
    const auto refusal = [&](const char* name, const std::string& content) {
        write_file_atomically(folder.path() / name, content);
        return message_of<FileError>([&] { read_picture((folder.path() / name).string(), {3, 2, 2}); });
    };
    CHECK(mentions(refusal("text.png", "no picture"), "text.png: is no picture that can be read"));
    CHECK(mentions(refusal("empty.png", ""), "empty.png: is no picture that can be read"));
    CHECK(mentions(refusal("cut.png", small().png().substr(0, 40)), "cut.png: is no picture that can be read"));
    CHECK(mentions(message_of<FileError>([] { read_picture("nowhere.png", {3, 2, 2}); }), "nowhere.png"));
}
