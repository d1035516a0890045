#include "norma/data/pixel_statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "../support/message.hpp"

namespace pixel_statistics_test {

using namespace norma;

TEST_CASE("mean and standard deviation of each channel, of value / 255") {
    // Two channels, four pixels: 0, 51, 102, 255 and 7, 7, 7, 7.
    const std::vector<std::uint8_t> pixels{0, 7, 51, 7, 102, 7, 255, 7};
    const PixelStatistics found = pixel_statistics(pixels, 2);
    REQUIRE(found.mean.size() == 2);
    CHECK(found.mean[0] == doctest::Approx(0.4).epsilon(1e-12));
    CHECK(found.stddev[0] == doctest::Approx(std::sqrt((0.16 + 0.04 + 0 + 0.36) / 4)).epsilon(1e-12));
    CHECK(found.mean[1] == doctest::Approx(7 / 255.0).epsilon(1e-12));
    CHECK(found.stddev[1] == 1);  // the same everywhere
}

TEST_CASE("of floats: mean and standard deviation of the numbers; 1 for a channel that is the same everywhere") {
    const std::vector<float> inputs{1, 1e6f, 5, 1e6f, 0, 1e6f};
    const PixelStatistics found = pixel_statistics(inputs, 2);
    CHECK(found.mean == std::vector<double>{2, 1e6});
    CHECK(found.stddev[0] == doctest::Approx(std::sqrt(14.0 / 3)));
    CHECK(found.stddev[1] == 1);
    CHECK(pixel_statistics(std::vector<float>(7, 0.1f), 1).stddev == std::vector<double>{1});
    CHECK(mentions(message_of<DataError>([&] { pixel_statistics(inputs, 4); }), "6 numbers", "4 channels"));
}

TEST_CASE("bytes that are no pixels are refused") {
    for (const int channels : {0, -1, 3}) {
        const std::vector<std::uint8_t> pixels(4);
        CHECK(mentions(message_of<DataError>([&] { pixel_statistics(pixels, channels); }), "4 bytes",
                       std::to_string(channels) + " channels"));
    }
    CHECK(mentions(message_of<DataError>([] { pixel_statistics({}, 1); }), "0 bytes"));
}

}  // namespace pixel_statistics_test
