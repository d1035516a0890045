#include "norma/data/color_jitter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "../support/golden.hpp"
#include "../support/initial_values.hpp"
#include "../support/message.hpp"

namespace color_jitter_test {

using namespace norma;

namespace {

/// An image of 6 × 7, channels innermost, from PyTorch's order.
template <class T, class Values>
std::vector<T> channels_innermost(const Values& values, std::size_t channels) {
    std::vector<T> out(values.size());
    const std::size_t pixels = values.size() / channels;
    for (std::size_t i = 0; i < values.size(); ++i) out[i % pixels * channels + i / pixels] = static_cast<T>(values[i]);
    return out;
}
template <class T>
std::vector<T> image() {
    return channels_innermost<T>(initial::tensor("data/image", 3 * 6 * 7, 0.5f, 0.5f), 3);
}
template <class T>
double error(const std::vector<T>& got, const golden::File& file, const std::string& name, std::size_t channels = 3) {
    const std::vector<double> expected = channels_innermost<double>(file.tensor(name).values, channels);
    REQUIRE(got.size() == expected.size());
    double most = 0;
    for (std::size_t i = 0; i < got.size(); ++i) most = std::max(most, std::abs(double(got[i]) - expected[i]));
    return most;
}

}  // namespace

TEST_CASE_TEMPLATE("brightness, contrast, saturation and hue are torchvision's", T, float, double) {
    const golden::File file("data/colours");
    const double bound = std::is_same_v<T, float> ? 1e-6 : 1e-12;
    const auto check = [&](const std::string& name, const auto& change) {
        std::vector<T> pixels = image<T>();
        change(std::span<T>(pixels));
        CHECK_MESSAGE(error(pixels, file, name) < bound, name);
    };
    for (const T by : {T(0.5), T(1.75)}) {
        check(by < 1 ? "brightness.0.5" : "brightness.1.75", [&](std::span<T> x) { adjust_brightness(x, by); });
    }
    for (const T by : {T(0.25), T(1.5)}) {
        check(by < 1 ? "contrast.0.25" : "contrast.1.5", [&](std::span<T> x) { adjust_contrast(x, 3, by); });
    }
    for (const T by : {T(0.25), T(1.75)}) {
        check(by < 1 ? "saturation.0.25" : "saturation.1.75", [&](std::span<T> x) { adjust_saturation(x, 3, by); });
    }
    for (const std::string by : {"-0.5", "-0.125", "0.25", "0.4375"}) {
        check("hue." + by, [&](std::span<T> x) { adjust_hue(x, 3, T(std::stod(by))); });
    }
    check("all", [&](std::span<T> x) {
        adjust_saturation(x, 3, T(1.5));
        adjust_hue(x, 3, T(0.125));
        adjust_contrast(x, 3, T(1.25));
        adjust_brightness(x, T(0.75));
    });
    std::vector<T> grey = channels_innermost<T>(initial::tensor("data/grey", 6 * 7, 0.5f, 0.5f), 1);
    adjust_contrast<T>(grey, 1, T(1.5));
    CHECK(error(grey, file, "grey.contrast.1.5", 1) < bound);
    const std::vector<T> before = grey;
    adjust_saturation<T>(grey, 1, T(0.5));
    adjust_hue<T>(grey, 1, T(0.25));
    CHECK(grey == before);
}

TEST_CASE("black, grey and white pixels have no hue to turn") {
    std::vector<float> pixels{0, 0, 0, 0.5f, 0.5f, 0.5f, 1, 1, 1};
    const std::vector<float> before = pixels;
    adjust_hue<float>(pixels, 3, 0.3f);
    CHECK(pixels == before);
}

TEST_CASE("color jitter draws factors and an order for each sample, and changes normalised images") {
    const ColorJitter jitter{.brightness = 0.5, .contrast = 0.25, .saturation = 2, .hue = 0.1};
    std::set<std::array<int, 4>> orders;
    std::array<float, 4> least{9, 9, 9, 9}, largest{-9, -9, -9, -9};
    for (std::size_t i = 0; i < 2000; ++i) {
        const ColorJitter::Steps steps = jitter.steps({.seed = 1, .index = i});
        REQUIRE(steps == jitter.steps({.seed = 1, .index = i}));
        std::array<int, 4> order{};
        for (std::size_t k = 0; k < 4; ++k) {
            order[k] = steps[k].first;
            const auto step = static_cast<std::size_t>(steps[k].first);
            least[step] = std::min(least[step], steps[k].second);
            largest[step] = std::max(largest[step], steps[k].second);
        }
        orders.insert(order);
    }
    CHECK(orders.size() == 24);
    const std::array<double, 4> low{0.5, 0.75, 0, -0.1}, high{1.5, 1.25, 3, 0.1};
    for (std::size_t k = 0; k < 4; ++k) {
        const double margin = 0.01 * (high[k] - low[k]);
        CHECK((least[k] >= low[k] - 1e-6 && least[k] < low[k] + margin));
        CHECK((largest[k] <= high[k] + 1e-6 && largest[k] > high[k] - margin));
    }

    const std::vector<double> mean{0.5, 0.4, 0.3}, stddev{0.2, 0.3, 0.4};
    const Normalisation<double> normalise(mean, stddev);
    const ColorJitter bright{.brightness = 0.5};
    const SampleName name{.seed = 4, .index = 5};
    std::vector<double> pixels = image<double>(), expected = pixels;
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = normalise.of_units(i % 3, pixels[i]);
    bright.apply(name, SampleValues<double>{pixels, {3, 6, 7}, normalise});
    double factor = 0;
    for (const auto& [step, number] : bright.steps(name)) factor += step == 0 ? double(number) : 0;
    CHECK(factor != 1);
    adjust_brightness<double>(expected, factor);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        CHECK(pixels[i] == doctest::Approx(normalise.of_units(i % 3, expected[i])));
    }
}

TEST_CASE("color jitter refuses samples without colours and wrong options") {
    const auto refusal = [](const ColorJitter& jitter, int channels) {
        return message_of<OptionError>([&] { jitter.validate({channels, 2, 2}); });
    };
    CHECK(refusal({.brightness = 0.5, .hue = 0.5}, 3).empty());
    CHECK(refusal({}, 1).empty());
    CHECK(mentions(refusal({}, 2), "ColorJitter: samples of 2 channels have no colour"));
    CHECK(refusal({.hue = 0.6}, 3) == "jitter of hue: 0.6 is not in 0 to 0.5");
    CHECK(refusal({.brightness = -1}, 3) == "jitter of brightness: -1 is not in 0 to 100");
    CHECK_FALSE(refusal({.contrast = 101}, 3).empty());
    CHECK_FALSE(refusal({.saturation = std::nan("")}, 3).empty());
}

}  // namespace color_jitter_test
