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

TEST_CASE("bytes that are no pixels are refused") {
    for (const int channels : {0, -1, 3}) {
        const std::vector<std::uint8_t> pixels(4);
        CHECK(mentions(message_of<DataError>([&] { pixel_statistics(pixels, channels); }), "4 bytes",
                       std::to_string(channels) + " channels"));
    }
    CHECK(mentions(message_of<DataError>([] { pixel_statistics({}, 1); }), "0 bytes"));
}

}  // namespace pixel_statistics_test
