#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/beta.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// Replaces a rectangle of each sample by the same rectangle of another one of the epoch (Yun et al., 2019, arXiv
/// 1905.04899), as torchvision's CutMix, but drawn for each sample. A share is drawn from Beta(alpha, alpha); the
/// rectangle has 1 − share of the area, its centre is any pixel, and what is outside the image is cut off. The target
/// is a `MixedClass`, by the areas that are left.
struct CutMix {
    double alpha = 1;  ///< of the distribution; 1 draws each share equally often

    /// Verifies the options.
    /// @throws OptionError unless `alpha` is in 0.001 to 1000.
    void validate(Extent) const { verify_transform_option("cutmix alpha", alpha, 0.001, 1000.0); }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const { return {{"cutmix alpha", setting_text(alpha)}}; }
    /// The rectangle, and the share of the area that is left.
    Mixture mixture(const SampleName& name, Extent extent) const {
        RandomSequence random = name.random_of(4);
        const double half = 0.5 * std::sqrt(1 - detail::draw_beta(random, alpha));
        const auto edges = [&](int size, int& first, int& last) {
            const int centre = static_cast<int>(random.below(static_cast<std::uint32_t>(size)));
            const int reach = static_cast<int>(half * size);
            first = std::max(centre - reach, 0);
            last = std::min(centre + reach, size);
        };
        PixelBox box;
        edges(extent.width, box.left, box.right);
        edges(extent.height, box.top, box.bottom);
        return {1 - static_cast<double>(box.pixels()) / extent.pixels(), box};
    }
};

}  // namespace norma::inline NORMA_TARGET
