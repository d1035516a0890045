#pragma once

#include <algorithm>
#include <cstdint>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What is outside an image: zeros, or the image reflected at its border pixels, which are not repeated
/// (PyTorch's padding mode "reflect").
enum class PaddingMode { zeros, reflect };

/// Which part of an image is taken: a window of the image's size, moved by `down` and `right`, then perhaps mirrored.
struct Placement {
    int down = 0;                              ///< pixels; negative moves up
    int right = 0;                             ///< pixels; negative moves left
    bool mirrored = false;                     ///< left and right are exchanged
    PaddingMode padding = PaddingMode::zeros;  ///< what is outside the image

    /// Is the window the image itself?
    constexpr bool moves_nothing() const { return down == 0 && right == 0 && !mirrored; }
    /// The row of the image that row `y` of the window shows, or −1 if it is outside.
    constexpr int row(int y, int height) const { return inside(std::int64_t{y} + down, height); }
    /// The column of the image that column `x` of the window shows, or −1 if it is outside.
    constexpr int column(int x, int width) const {
        return inside(std::int64_t{mirrored ? width - 1 - x : x} + right, width);
    }

    friend bool operator==(const Placement&, const Placement&) = default;

private:
    constexpr int inside(std::int64_t at, int size) const {
        if (at >= 0 && at < size) return static_cast<int>(at);
        if (padding == PaddingMode::zeros) return -1;
        const std::int64_t period = std::max(2 * (std::int64_t{size} - 1), std::int64_t{1});
        at = (at % period + period) % period;
        return static_cast<int>(at < size ? at : period - at);
    }
};

}  // namespace norma::inline NORMA_TARGET
