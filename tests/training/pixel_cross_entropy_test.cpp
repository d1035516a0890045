#include "norma/training/pixel_cross_entropy.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "golden_loss.hpp"

namespace pixel_cross_entropy_test {

using namespace norma;

namespace {

/// Two images of 5 classes, 3 × 4.
template <class T>
void compare(const PixelCrossEntropy& loss, const std::string& name) {
    CAPTURE(name);
    constexpr std::size_t classes = 5, pixels = 12, image = classes * pixels;
    const double bound = sizeof(T) == 4 ? 2e-6 : 1e-13;
    const golden::File file("training/losses");
    const std::vector<float> planes = initial::tensor("training/image", 2 * image, 4.0f);
    const std::vector<double>& classes_of_pixels = file.tensor("pixels").values;
    std::vector<std::uint8_t> labels(classes_of_pixels.begin(), classes_of_pixels.end());
    const auto target = [&](std::size_t i) {
        return PixelTarget(std::span<const std::uint8_t>(labels).subspan(i * pixels, pixels));
    };
    const double weight = loss.weight(target(0)) + loss.weight(target(1));
    double sum = 0;
    std::vector<T> gradient;
    for (std::size_t i = 0; i < 2; ++i) {
        std::vector<T> y(image), dy(image, T(7));
        const auto at = [&](std::size_t k) { return i * image + k % classes * pixels + k / classes; };
        for (std::size_t k = 0; k < image; ++k) y[k] = static_cast<T>(planes[at(k)]);
        sum += loss(std::span<const T>(y), target(i), static_cast<T>(1 / weight), dy.data());
        gradient.resize(2 * image);
        for (std::size_t k = 0; k < image; ++k) gradient[at(k)] = dy[k];
    }
    CHECK(std::abs(sum / weight / file.scalar(name) - 1) < bound);
    CHECK(golden::relative_error(gradient, file.tensor("grad." + name).values) < bound);
}

}  // namespace

TEST_CASE("pixel cross-entropy: as PyTorch computes it, and its gradient is its derivative") {
    const PixelCrossEntropy plain{.ignored = 3};
    const PixelCrossEntropy weighted{.label_smoothing = 0.1, .class_weights = golden_loss::weights(5), .ignored = 3};
    compare<float>(plain, "pixel");
    compare<double>(plain, "pixel");
    compare<double>(weighted, "pixel_weighted_smoothed");
    CHECK(golden_loss::findings(PixelCrossEntropy{}, {{2, 1, 1}, {3, 2, 5}, {4, 3, 1}}) == "");
    CHECK(golden_loss::findings(PixelCrossEntropy{.class_weights = {1, 0.5, 2}, .ignored = 1}, {{3, 2, 5}}) == "");
}

TEST_CASE("pixel cross-entropy: ignored pixels have no loss, no weight and a gradient of 0") {
    const PixelCrossEntropy loss{.ignored = 255};
    const std::vector<float> y{1, 2, 3, 4};
    const std::vector<std::uint8_t> labels{255, 255};
    std::vector<float> gradient(4, 9.0f);
    CHECK(loss(std::span<const float>(y), labels, 1, gradient.data()) == 0);
    CHECK(loss.weight(labels) == 0);
    CHECK(gradient == std::vector<float>(4, 0.0f));
    CHECK(loss.problem(labels, {2, 1, 2}).empty());
    const std::vector<int> wrong{0, 2};
    CHECK(loss.problem(wrong, {2, 1, 2}) ==
          "has label 2 at row 0, column 1; the network has classes 0 to 1, and 255 is ignored");
    CHECK(loss.settings() == std::vector<Setting>{{"label smoothing", "0"}, {"ignored label", "255"}});
}

}  // namespace pixel_cross_entropy_test
