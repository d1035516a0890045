#include "norma/data/cutout.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../support/message.hpp"

namespace cutout_test {

using namespace norma;

TEST_CASE("cutout: a square around any pixel, cut off at the borders, that depends on seed, epoch and image") {
    const Extent extent{3, 8, 10};
    const Cutout cutout{4};
    const int draws = 8000;
    int same = 0;
    int wrong = 0;
    std::map<std::pair<int, int>, int> holes;
    for (std::size_t i = 0; i < draws; ++i) {
        const PixelBox hole = cutout.box({1, 2, i}, extent);
        same += hole == cutout.box({1, 3, i}, extent);
        same += hole == cutout.box({2, 2, i}, extent);
        // Not cut off, it would be 4 x 4.
        wrong += hole.top < 0 || hole.left < 0 || hole.bottom > 8 || hole.right > 10;
        wrong += hole.top > 0 && hole.bottom < 8 && hole.bottom - hole.top != 4;
        wrong += hole.left > 0 && hole.right < 10 && hole.right - hole.left != 4;
        const int centre_y = hole.top > 0 ? hole.top + 2 : hole.bottom - 2;
        const int centre_x = hole.left > 0 ? hole.left + 2 : hole.right - 2;
        ++holes[{centre_y, centre_x}];
    }
    CHECK(wrong == 0);
    CHECK(same < 2 * draws / 40);  // one in 80 is expected
    CHECK(holes.size() == 80);
    CHECK(holes.begin()->first == std::pair(0, 0));
    CHECK(holes.rbegin()->first == std::pair(7, 9));
    for (const auto& [centre, count] : holes) CHECK(std::abs(count - 100) < 45);
}

TEST_CASE("cutout: the square's pixels become 0 in all channels, and no others") {
    const Extent extent{3, 5, 7};
    const Normalisation<float> normalise(std::vector<double>(3, 0.5), std::vector<double>(3, 0.5));
    int wrong = 0;
    for (std::size_t index = 0; index < 50; ++index) {
        const Cutout cutout{static_cast<int>(index % 6)};
        const PixelBox hole = cutout.box({1, 0, index}, extent);
        std::vector<float> image(static_cast<std::size_t>(extent.size()), 7);
        cutout.apply(SampleName{1, 0, index}, SampleValues<float>{image, extent, normalise});
        for (int y = 0; y < 5; ++y) {
            for (int x = 0; x < 7; ++x) {
                const bool inside = y >= hole.top && y < hole.bottom && x >= hole.left && x < hole.right;
                for (int c = 0; c < 3; ++c) {
                    wrong += image[static_cast<std::size_t>((y * 7 + x) * 3 + c)] != (inside ? 0.0f : 7.0f);
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("a cutout larger than the image is refused") {
    CHECK_NOTHROW(Cutout{4}.validate({3, 4, 5}));
    for (const int bad : {-1, 5, std::numeric_limits<int>::max()}) {
        CHECK(message_of<OptionError>([&] {
                  Cutout{bad}.validate({3, 5, 4});
              }) == "cutout: " + std::to_string(bad) + " is not in 0 to 4");
    }
}

}  // namespace cutout_test
