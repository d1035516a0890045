#include "../../examples/predict/scale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace scale_test {

using namespace norma::compare;

namespace {

/// A picture of three waves.
DecodedPicture waves(int width, int height) {
    DecodedPicture picture{.width = width, .height = height, .pixels = {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const int value : {x * 31 + y * 17, x * y * 7, 255 - x * 13 + y * 29}) {
                picture.pixels.push_back(static_cast<std::uint8_t>(value % 256));
            }
        }
    }
    return picture;
}

/// Pillow rounds after each of the two directions, this code once.
void check_near(const std::vector<std::uint8_t>& found, const std::vector<int>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(found[i] - expected[i]) <= 1);
    }
}

}  // namespace

TEST_CASE("the middle is scaled as by Pillow, BILINEAR") {
    check_near(scaled_middle(waves(11, 8), 3), {84, 16,  110, 158, 35,  176, 172, 53,  191, 125, 52, 75,  184, 110,
                                                72, 106, 152, 114, 165, 87,  143, 140, 169, 112, 69, 129, 80});
    check_near(scaled_middle(waves(7, 9), 4),
               {42, 6,   36,  90, 22,  54,  148, 42,  148, 196, 58,  211, 68,  11,  81,  116,
                45, 61,  174, 84, 48,  222, 118, 66,  100, 18,  135, 148, 72,  115, 195, 135,
                91, 135, 189, 71, 126, 24,  180, 174, 94,  160, 183, 178, 136, 41,  178, 116});
    check_near(
        scaled_middle(waves(2, 3), 5),
        {0,  0, 255, 3,  0, 254, 16, 0, 249, 28, 0, 243, 31, 0, 242, 2,  0, 232, 5,  0, 231, 18, 0, 226, 30, 1, 220,
         33, 1, 219, 9,  0, 142, 12, 1, 141, 25, 2, 136, 37, 3, 130, 40, 4, 129, 15, 0, 51,  18, 1, 50,  31, 4, 45,
         43, 5, 39,  46, 6, 38,  17, 0, 28,  20, 1, 27,  33, 4, 22,  45, 6, 16,  48, 7, 15});
}

TEST_CASE("a single colour stays as it is") {
    for (const int side : {1, 3, 32, 200}) {
        const DecodedPicture plain{.width = 70, .height = 50, .pixels = std::vector<std::uint8_t>(3 * 70 * 50, 201)};
        CHECK(std::ranges::all_of(scaled_middle(plain, side), [](std::uint8_t v) { return v == 201; }));
    }
}

}  // namespace scale_test
