#include "norma/data/random_crop.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "../support/message.hpp"

namespace random_crop_test {

using namespace norma;

TEST_CASE("a crop larger than the image is refused; a reflected one must be smaller than it") {
    CHECK_NOTHROW(RandomCrop{}.validate({3, 4, 5}));
    CHECK_NOTHROW(RandomCrop{4}.validate({3, 4, 5}));
    for (const int bad : {-1, 5, std::numeric_limits<int>::max()}) {
        CHECK(message_of<OptionError>([&] {
                  RandomCrop{bad}.validate({3, 4, 5});
              }) == "crop padding: " + std::to_string(bad) + " is not in 0 to 4");
    }
    CHECK(message_of<OptionError>([] {
              RandomCrop{4, PaddingMode::reflect}.validate({3, 5, 4});
          }) == "crop padding: 4 is not in 0 to 3");
    CHECK_NOTHROW(RandomCrop{300}.validate({1, 1, 400}));  // of a sound
    CHECK_THROWS_AS(RandomCrop{401}.validate({1, 1, 400}), OptionError);
}

TEST_CASE("a crop is at each place equally often, and depends on seed, epoch and sample") {
    const Extent extent{3, 32, 32};
    const RandomCrop crop{4};
    std::map<int, int> down, right;
    int same = 0;
    constexpr int draws = 9000;
    for (std::size_t i = 0; i < draws; ++i) {
        const Placement place = crop.place({1, 2, i}, extent);
        REQUIRE(place == crop.place({1, 2, i}, extent));
        REQUIRE((!place.mirrored && place.padding == PaddingMode::zeros));
        same += place == crop.place({1, 3, i}, extent);
        same += place == crop.place({2, 2, i}, extent);
        same += place == crop.place({.seed = 1, .epoch = 2, .index = i, .repeat = 1}, extent);
        ++down[place.down];
        ++right[place.right];
    }
    CHECK(same < 3 * draws / 40);  // one in 81 is expected
    for (const auto& places : {down, right}) {
        CHECK(places.size() == 9);
        CHECK(places.begin()->first == -4);
        for (const auto& [offset, count] : places) CHECK(std::abs(count - 1000) < 150);
    }
    // As drawn since the first version.
    CHECK(crop.place({1, 2, 0}, extent) == Placement{0, 4});
    CHECK(crop.place({1, 2, 1}, extent) == Placement{-1, -4});
    CHECK(RandomCrop{2, PaddingMode::reflect}.place({1, 2, 0}, extent).padding == PaddingMode::reflect);
}

TEST_CASE("an axis of one pixel is not cropped") {
    int moved = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        const Placement place = RandomCrop{4}.place({1, 2, i}, {1, 1, 100});
        CHECK(place.down == 0);
        moved += place.right != 0;
    }
    CHECK(moved > 10);
}

}  // namespace random_crop_test
