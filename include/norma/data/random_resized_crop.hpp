#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "norma/core/error.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/data/resize.hpp"

namespace norma::inline NORMA_TARGET {

/// A random rectangle of a picture, resized: torchvision's `RandomResizedCrop`. Each picture gets another one in each
/// epoch.
struct RandomResizedCrop {
    double least_area = 0.08;      ///< of the rectangle, as a share of the picture's
    double most_area = 1;          ///< of the rectangle, as a share of the picture's
    double least_ratio = 3.0 / 4;  ///< of the rectangle's width and height
    double most_ratio = 4.0 / 3;   ///< of the rectangle's width and height

    /// @throws OptionError unless 0 < least_area ≤ most_area ≤ 1 and 0 < least_ratio ≤ most_ratio ≤ 1000.
    void validate() const {
        const bool areas = least_area > 0 && least_area <= most_area && most_area <= 1;
        if (!areas) raise<OptionError>("random resized crop: the areas must be 0 < least_area ≤ most_area ≤ 1");
        if (!(least_ratio > 0 && least_ratio <= most_ratio && most_ratio <= 1000)) {
            raise<OptionError>("random resized crop: the ratios must be 0 < least_ratio ≤ most_ratio ≤ 1000");
        }
    }

    /// The rectangle of picture `index` in `epoch`; depends on (seed, epoch, index) and the picture's size alone. Ten
    /// draws of an area (uniform) and a ratio (uniform in its logarithm) are tried; if none fits, it is the largest
    /// rectangle in the middle that has an allowed ratio.
    Window draw(int height, int width, std::uint64_t seed, int epoch, std::size_t index) const {
        RandomSequence random(
            {seed, Purpose::picture, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index), 0});
        const auto uniform = [&](double low, double high) { return low + (high - low) * double(random.uniform()); };
        const auto below = [&](int n) { return static_cast<int>(random.below(static_cast<std::uint32_t>(n))); };
        for (int tries = 0; tries < 10; ++tries) {
            const double area = double(height) * double(width) * uniform(least_area, most_area);
            const double ratio = std::exp(uniform(std::log(least_ratio), std::log(most_ratio)));
            const double w = std::nearbyint(std::sqrt(area * ratio)), h = std::nearbyint(std::sqrt(area / ratio));
            if (!(w >= 1 && w <= width && h >= 1 && h <= height)) continue;
            Window found{0, 0, static_cast<int>(h), static_cast<int>(w)};
            found.top = below(height - found.height + 1);
            found.left = below(width - found.width + 1);
            return found;
        }
        Window found{0, 0, height, width};
        const double ratio = double(width) / double(height);
        if (ratio < least_ratio) found.height = std::max(1, static_cast<int>(std::nearbyint(width / least_ratio)));
        if (ratio > most_ratio) found.width = std::max(1, static_cast<int>(std::nearbyint(height * most_ratio)));
        found.height = std::min(found.height, height);
        found.width = std::min(found.width, width);
        found.top = (height - found.height) / 2;
        found.left = (width - found.width) / 2;
        return found;
    }
};

}  // namespace norma::inline NORMA_TARGET
