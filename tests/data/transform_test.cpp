#include "norma/data/transform.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "../support/message.hpp"

namespace transform_test {

using namespace norma;

TEST_CASE_TEMPLATE("normalisation is (value / 255 − mean) / stddev of each channel", T, float, double) {
    for (const std::size_t channels : {1u, 2u, 3u, 5u}) {
        std::vector<double> mean(channels);
        std::vector<double> stddev(channels);
        for (std::size_t c = 0; c < channels; ++c) {
            mean[c] = 0.1 * static_cast<double>(c) + 0.4;
            stddev[c] = 0.2 + 0.05 * static_cast<double>(c);
        }
        const Normalisation<T> normalise(mean, stddev);
        CHECK(normalise.channels() == channels);
        std::vector<std::uint8_t> pixels(256 * channels);
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / channels);
        std::vector<T> out(pixels.size() + 1, T{-77});
        normalise.apply(pixels.data(), 256, out.data());
        int equal = 0;
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            const std::size_t c = i % channels;
            const double expected = (pixels[i] / 255.0 - mean[c]) / stddev[c];
            const double error = std::abs(static_cast<double>(out[i]) - expected);
            equal +=
                error < 8 * static_cast<double>(std::numeric_limits<T>::epsilon()) && normalise(c, pixels[i]) == out[i];
        }
        CHECK(equal == static_cast<int>(pixels.size()));
        CHECK(out.back() == -77);
    }
}

TEST_CASE("impossible means and standard deviations are refused") {
    const std::vector<double> one{0.5};
    const std::vector<double> two{0.5, 0.0};
    const std::vector<double> one_two{0.5, 0.25};
    CHECK(mentions(message_of<DataError>([&] { Normalisation<float>(one, two); }), "1 means", "2 standard"));
    for (const double bad :
         {0.0, 1e-300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        const std::vector<double> stddev{0.5, bad};
        CHECK(mentions(message_of<DataError>([&] { Normalisation<float>(one_two, stddev); }),
                       "normalisation: the standard deviation of channel 1 is ", "1e-6 to 1e6"));
        if (bad == 0.0 || bad == 1e-300) continue;
        CHECK(mentions(message_of<DataError>([&] { Normalisation<float>(stddev, one_two); }),
                       "normalisation: the mean of channel 1 is ", "-1e6 to 1e6"));
    }
}

TEST_CASE("a crop or cutout larger than the image is refused") {
    CHECK_NOTHROW(Augmentation{}.validate({3, 4, 5}));
    CHECK_NOTHROW((Augmentation{4, true, 4}.validate({3, 4, 5})));
    for (const int bad : {-1, 5, std::numeric_limits<int>::max()}) {
        CHECK(message_of<OptionError>([&] {
                  Augmentation{bad, true, 0}.validate({3, 4, 5});
              }) == "crop padding: " + std::to_string(bad) + " is not in 0 to 4");
        CHECK(message_of<OptionError>([&] {
                  Augmentation{0, true, bad}.validate({3, 5, 4});
              }) == "cutout: " + std::to_string(bad) + " is not in 0 to 4");
    }
}

TEST_CASE("augmentation is off by default, and depends on seed, epoch and image") {
    CHECK(Augmentation{}.is_off());
    CHECK(Augmentation{}.draw(1, 2, 3) == Placement{});
    const Augmentation both{4, true};
    CHECK(both.draw(1, 2, 3) == both.draw(1, 2, 3));
    int same = 0;
    std::map<int, int> down;
    std::map<int, int> right;
    int mirrored = 0;
    const int draws = 9000;
    for (std::size_t i = 0; i < draws; ++i) {
        const Placement place = both.draw(1, 2, i);
        same += place == both.draw(1, 3, i);
        same += place == both.draw(2, 2, i);
        ++down[place.down];
        ++right[place.right];
        mirrored += place.mirrored;
        const Placement crop = Augmentation{4, false}.draw(1, 2, i);
        REQUIRE((crop.down == place.down && crop.right == place.right && !crop.mirrored));
    }
    CHECK(same < 2 * draws / 80);  // one in 162 is expected
    CHECK(down.size() == 9);
    CHECK(down.begin()->first == -4);
    CHECK(down.rbegin()->first == 4);
    for (const auto& [offset, count] : down) CHECK(std::abs(count - 1000) < 150);
    CHECK(right.size() == 9);
    for (const auto& [offset, count] : right) CHECK(std::abs(count - 1000) < 150);
    CHECK(std::abs(mirrored - draws / 2) < 240);
}

TEST_CASE("cutout: a square around any pixel, cut off at the borders, that depends on seed, epoch and image") {
    const Extent extent{3, 8, 10};
    const Augmentation cutout{.cutout = 4};
    CHECK_FALSE(cutout.is_off());
    CHECK(cutout.draw(1, 2, 3) == Placement{});
    const Augmentation all{4, true, 4};
    CHECK(all.draw(1, 2, 3) == Augmentation{4, true}.draw(1, 2, 3));
    const int draws = 8000;
    int same = 0;
    int wrong = 0;
    std::map<std::pair<int, int>, int> holes;
    for (std::size_t i = 0; i < draws; ++i) {
        const Hole hole = cutout.draw_hole(1, 2, i, extent);
        wrong += hole != all.draw_hole(1, 2, i, extent);
        same += hole == cutout.draw_hole(1, 3, i, extent);
        same += hole == cutout.draw_hole(2, 2, i, extent);
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

TEST_CASE("cutout: the hole's pixels become 0 in all channels, and no others") {
    const Extent extent{3, 5, 7};
    for (const Hole hole : {Hole{1, 2, 4, 6}, Hole{0, 0, 2, 1}, Hole{4, 5, 5, 7}, Hole{0, 0, 5, 7}, Hole{}}) {
        std::vector<float> image(static_cast<std::size_t>(extent.size()), 7);
        cut_out(extent, hole, image.data());
        int wrong = 0;
        for (int y = 0; y < 5; ++y) {
            for (int x = 0; x < 7; ++x) {
                const bool inside = y >= hole.top && y < hole.bottom && x >= hole.left && x < hole.right;
                for (int c = 0; c < 3; ++c) {
                    wrong += image[static_cast<std::size_t>((y * 7 + x) * 3 + c)] != (inside ? 0.0f : 7.0f);
                }
            }
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("a placed image is a crop of the padded image, then mirrored") {
    const Extent extent{3, 4, 5};
    const int padding = 2;
    std::vector<std::uint8_t> image(static_cast<std::size_t>(extent.size()));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i + 1);
    const std::vector<double> mean{0.1, 0.2, 0.3};
    const std::vector<double> stddev{0.5, 0.6, 0.7};
    const Normalisation<float> normalise(mean, stddev);
    const Dataset padded = Dataset{.channels = 3,
                                   .height = 4,
                                   .width = 5,
                                   .classes = 1,
                                   .pixels = image,
                                   .labels = {0},
                                   .class_names = {"a"},
                                   .source = "a test",
                                   .mean = mean,
                                   .stddev = stddev}
                               .padded(4 + 2 * padding, 5 + 2 * padding);
    int wrong = 0;
    for (int down = -padding; down <= padding; ++down) {
        for (int right = -padding; right <= padding; ++right) {
            for (const bool mirrored : {false, true}) {
                std::vector<float> out(image.size());
                load_placed(normalise, image.data(), extent, {down, right, mirrored}, out.data());
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 5; ++x) {
                        for (std::size_t c = 0; c < 3; ++c) {
                            const int crop_x = mirrored ? 4 - x : x;
                            const int place = (y + down + padding) * (5 + 2 * padding) + crop_x + right + padding;
                            const std::uint8_t byte = padded.pixels[static_cast<std::size_t>(place) * 3 + c];
                            wrong += out[static_cast<std::size_t>(y * 5 + x) * 3 + c] != normalise(c, byte);
                        }
                    }
                }
            }
        }
    }
    CHECK(wrong == 0);
}

}  // namespace transform_test
