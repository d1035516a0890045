#include "norma/data/normalisation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../support/message.hpp"

namespace normalisation_test {

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

TEST_CASE(
    "normalisation of numbers that are no bytes: (value − mean) / stddev, exact for mean 0 and stddev 1; restored "
    "undoes it") {
    const std::vector<double> mean{0, 3}, stddev{1, 0.25};
    const Normalisation<double> normalise(mean, stddev, unit_of<float>);
    const std::vector<float> numbers{0.1f, 3.5f, -7.0f, 2.0f};
    std::vector<double> out(4);
    normalise.apply(numbers.data(), 2, out.data());
    CHECK(out == std::vector<double>{double(0.1f), 2, -7, -4});
    CHECK(normalise.restored(1, 2.0) == 3.5);
    const Normalisation<double> bytes(mean, stddev);
    CHECK(bytes.restored(1, bytes(1, std::uint8_t{51})) == doctest::Approx(0.2));
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
                       "normalisation: the mean of channel 1 is ", "that of value / 255", "-1e6 to 1e6"));
        CHECK(mentions(message_of<DataError>([&] { Normalisation<float>(stddev, one_two, 1); }),
                       "normalisation: the mean of channel 1 is ", "; it must be in -1e6 to 1e6"));
    }
}

}  // namespace normalisation_test
