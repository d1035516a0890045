#pragma once

#include <algorithm>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/placement.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// Pads the image on each side by `padding` pixels and takes a window of the image's size at a random place, as
/// torchvision's RandomCrop with padding. Each place is equally likely. This is also a random translation by up to
/// `padding` pixels. An axis of one pixel is not moved, so the samples of a sound (1 × n) move in time alone.
struct RandomCrop {
    int padding = 0;                                ///< on each side; 0 crops nothing
    PaddingMode padding_mode = PaddingMode::zeros;  ///< what is around the image

    /// Verifies the options.
    /// @throws OptionError unless `padding` is in 0 to the smaller of height and width; with `reflect` it must be less
    /// than that.
    void validate(Extent extent) const {
        const int rows = extent.height > 1 ? extent.height : extent.width;
        const int columns = extent.width > 1 ? extent.width : extent.height;
        const int most = std::min(rows, columns) - (padding_mode == PaddingMode::reflect ? 1 : 0);
        verify_transform_option("crop padding", padding, 0, most);
    }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const {
        return {{"crop padding", setting_text(padding)},
                {"crop padding mode", padding_mode == PaddingMode::reflect ? "reflect" : "zeros"}};
    }
    /// Where the window is.
    Placement place(const SampleName& name, Extent extent) const {
        RandomSequence random = name.random_of(0);
        const auto moved = [&](int size) {
            const int by = static_cast<int>(random.below(static_cast<std::uint32_t>(2 * padding + 1))) - padding;
            return size > 1 ? by : 0;
        };
        const int down = moved(extent.height);
        return {.down = down, .right = moved(extent.width), .padding = padding_mode};
    }
};

}  // namespace norma::inline NORMA_TARGET
