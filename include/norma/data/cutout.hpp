#pragma once

#include <algorithm>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// Sets a square at a random place to 0, the mean of normalised images (DeVries and Taylor, 2017, arXiv 1708.04552).
/// Its centre is a pixel of the image, each with the same probability; parts of the square outside the image are cut
/// off.
struct Cutout {
    int side = 0;  ///< of the square in pixels; 0 cuts nothing

    /// Verifies the options.
    /// @throws OptionError unless `side` is in 0 to the smaller of height and width.
    void validate(Extent extent) const {
        verify_transform_option("cutout", side, 0, std::min(extent.height, extent.width));
    }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const { return {{"cutout", setting_text(side)}}; }

    /// The square that is cut out.
    PixelBox box(const SampleName& name, Extent extent) const {
        RandomSequence random = name.random_of(1);
        const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(extent.height))) - side / 2;
        const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(extent.width))) - side / 2;
        return {std::max(top, 0), std::max(left, 0), std::min(top + side, extent.height),
                std::min(left + side, extent.width)};
    }
    /// Sets the numbers of the square to 0.
    template <class T>
    void apply(const SampleName& name, const SampleValues<T>& sample) const {
        if (side == 0) return;
        const PixelBox hole = box(name, sample.extent);
        for (int y = hole.top; y < hole.bottom; ++y) {
            for (int x = hole.left; x < hole.right; ++x) {
                for (T& number : sample.pixel(y, x)) number = 0;
            }
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
