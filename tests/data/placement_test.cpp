#include "norma/data/placement.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/guarded_bytes.hpp"

namespace placement_test {

using namespace norma;

namespace {

/// One number per pixel and channel, or nothing outside, by the definition: the window after one placement.
struct Picture {
    Extent extent;
    std::vector<int> values;

    int at(int y, int x, int c) const { return values[std::size_t((y * extent.width + x) * extent.channels + c)]; }
    /// Steps from pixel to pixel, and turns round at the border.
    static int reflected(int at, int size) {
        int place = 0, step = at < 0 ? -1 : 1;
        for (int k = 0; k < (at < 0 ? -at : at) && size > 1; ++k) {
            if (place + step < 0 || place + step >= size) step = -step;
            place += step;
        }
        return place;
    }
    Picture placed(const Placement& p) const {
        Picture out{extent, {}};
        for (int y = 0; y < extent.height; ++y) {
            for (int x = 0; x < extent.width; ++x) {
                int from_y = y + p.down, from_x = (p.mirrored ? extent.width - 1 - x : x) + p.right;
                const bool inside = from_y >= 0 && from_y < extent.height && from_x >= 0 && from_x < extent.width;
                if (p.padding == PaddingMode::reflect) {
                    from_y = reflected(from_y, extent.height);
                    from_x = reflected(from_x, extent.width);
                }
                for (int c = 0; c < extent.channels; ++c) {
                    out.values.push_back(inside || p.padding == PaddingMode::reflect ? at(from_y, from_x, c) : 0);
                }
            }
        }
        return out;
    }
};

template <class E>
int differences(Extent extent, const std::vector<Placement>& places) {
    std::vector<E> image(std::size_t(extent.size()));
    Picture expected{extent, {}};
    for (std::size_t i = 0; i < image.size(); ++i) {
        image[i] = static_cast<E>(1 + i % 250);
        expected.values.push_back(static_cast<int>(image[i]));
    }
    for (const Placement& place : places) expected = expected.placed(place);
    const std::vector<double> mean(std::size_t(extent.channels), 0.25), stddev(std::size_t(extent.channels), 0.5);
    const Normalisation<float> normalise(mean, stddev, unit_of<E>);
    std::vector<float> out(image.size() + 1, -77);
    load_placed<float, E>(normalise, image.data(), extent, places, out.data());
    int wrong = out.back() != -77;
    for (std::size_t i = 0; i < image.size(); ++i) {
        wrong += out[i] != normalise(i % std::size_t(extent.channels), static_cast<E>(expected.values[i]));
    }
    return wrong;
}

}  // namespace

TEST_CASE("a placed image is the window of the padded image, then mirrored") {
    int wrong = 0;
    for (const PaddingMode padding : {PaddingMode::zeros, PaddingMode::reflect}) {
        for (int down = -3; down <= 3; ++down) {
            for (int right = -4; right <= 4; ++right) {
                for (const bool mirrored : {false, true}) {
                    wrong += differences<std::uint8_t>({3, 4, 5}, {{down, right, mirrored, padding}});
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("placements one after another, any number of channels, rows longer than a piece") {
    const std::vector<Placement> twice{{1, -2, true}, {-2, 1, false}};
    const std::vector<Placement> reflected_then_cut{{1, 2, false, PaddingMode::reflect}, {0, -1, true}};
    for (const auto& places : {std::vector<Placement>{}, twice, reflected_then_cut}) {
        for (const Extent extent : {Extent{1, 5, 7}, {2, 4, 130}, {3, 3, 65}, {700, 3, 5}, {1500, 3, 4}, {1, 1, 300}}) {
            CHECK(differences<std::uint8_t>(extent, places) == 0);
            CHECK(differences<float>(extent, places) == 0);
        }
    }
}

TEST_CASE("a placement may move nothing") {
    CHECK(Placement{.padding = PaddingMode::reflect}.moves_nothing());
    CHECK_FALSE(Placement{.down = 1}.moves_nothing());
    CHECK_FALSE(Placement{.right = -1}.moves_nothing());
    CHECK_FALSE(Placement{.mirrored = true}.moves_nothing());
}

TEST_CASE("a placement beyond all borders reads no other memory") {
    constexpr int far = std::numeric_limits<int>::max();
    for (const PaddingMode padding : {PaddingMode::zeros, PaddingMode::reflect}) {
        for (const int by : {-far, far}) {
            const Placement place{by, by, true, padding};
            for (const int size : {1, 2, 5}) {
                for (int k = 0; k < size; ++k) {
                    const int row = place.row(k, size), column = place.column(k, size);
                    if (padding == PaddingMode::zeros) CHECK((row == -1 && column == -1));
                    if (padding == PaddingMode::reflect)
                        CHECK((row >= 0 && row < size && column >= 0 && column < size));
                }
            }
        }
    }
    CHECK(differences<std::uint8_t>({3, 4, 5}, {{9, 23, false, PaddingMode::reflect}}) == 0);
}

TEST_CASE("what is known of each pixel moves like the pixels") {
    const std::array<Placement, 1> place{Placement{1, 1, true}};
    const std::vector<std::uint8_t> mask{1, 2, 3, 4, 5, 6};
    std::vector<std::uint8_t> out(6);
    copy_placed<std::uint8_t>(mask.data(), {3, 2, 3}, place, out.data());
    CHECK(out == std::vector<std::uint8_t>{0, 6, 5, 0, 0, 0});
}

}  // namespace placement_test
