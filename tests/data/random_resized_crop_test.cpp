#include "norma/data/random_resized_crop.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "../support/message.hpp"

namespace random_resized_crop_test {

using namespace norma;

TEST_CASE("the rectangles are within the picture, and areas and ratios are as asked for") {
    const RandomResizedCrop crop;
    double areas = 0, logarithms = 0, tops = 0;
    const int count = 4000, height = 300, width = 400;
    for (int i = 0; i < count; ++i) {
        const Window window = crop.draw(height, width, 1, 0, static_cast<std::size_t>(i));
        CHECK(window.top >= 0);
        CHECK(window.left >= 0);
        CHECK(window.top + window.height <= height);
        CHECK(window.left + window.width <= width);
        const double area = double(window.height) * window.width / (height * width);
        const double ratio = double(window.width) / window.height;
        CHECK(area > 0.075);
        CHECK(area <= 1);
        CHECK(ratio > 0.74);
        CHECK(ratio < 1.35);
        areas += area;
        logarithms += std::log(ratio);
        if (window.height < height) tops += double(window.top) / (height - window.height);
    }
    // Of large areas only ratios near the picture's fit. So the mean of the area is less than that of 0.08 to 1:
    // Python's random numbers, drawn by torchvision's rule, gave these.
    CHECK(areas / count == doctest::Approx(0.433).epsilon(0.03));
    CHECK(std::abs(logarithms / count - 0.031) < 0.01);
    CHECK(tops / count > 0.45);
    CHECK(tops / count < 0.55);
}

TEST_CASE("a rectangle depends on seed, epoch and picture alone") {
    const RandomResizedCrop crop;
    const Window window = crop.draw(99, 77, 5, 6, 7);
    CHECK(window == crop.draw(99, 77, 5, 6, 7));
    CHECK(window != crop.draw(99, 77, 6, 6, 7));
    CHECK(window != crop.draw(99, 77, 5, 7, 7));
    CHECK(window != crop.draw(99, 77, 5, 6, 8));
}

TEST_CASE("if no draw fits, it is the largest rectangle in the middle with an allowed ratio") {
    const RandomResizedCrop crop;
    // torchvision: width 4, height round(4 / 0.75) = 5; height 4, width round(4 · 4 / 3) = 5.
    CHECK(RandomResizedCrop{.least_area = 1}.draw(100, 4, 1, 0, 0) == Window{47, 0, 5, 4});
    CHECK(RandomResizedCrop{.least_area = 1}.draw(4, 101, 1, 0, 0) == Window{0, 48, 4, 5});
    CHECK(RandomResizedCrop{.least_area = 1, .least_ratio = 1, .most_ratio = 1}.draw(8, 8, 1, 0, 0) ==
          Window{0, 0, 8, 8});
    CHECK(crop.draw(1, 1, 1, 0, 0) == Window{0, 0, 1, 1});
}

TEST_CASE("with one ratio and the whole area a square is itself; options outside their range are refused") {
    const auto refusal = [](const RandomResizedCrop& crop) {
        return message_of<OptionError>([&] { crop.validate(); });
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(refusal({}) == "");
    for (const auto& [low, high] : {std::pair{0.0, 1.0}, {0.5, 0.4}, {0.5, 1.1}, {nan, 1.0}, {0.5, nan}}) {
        CHECK(mentions(refusal({.least_area = low, .most_area = high}), "0 < least_area ≤ most_area ≤ 1"));
    }
    for (const auto& [low, high] : {std::pair{0.0, 1.0}, {2.0, 1.0}, {1.0, 1e9}, {nan, 1.0}, {1.0, nan}}) {
        CHECK(mentions(refusal({.least_ratio = low, .most_ratio = high}), "0 < least_ratio ≤ most_ratio"));
    }
}

}  // namespace random_resized_crop_test
