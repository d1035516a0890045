#pragma once

#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/beta.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

/// Mixes each sample with another one of the epoch: share · x + (1 − share) · other, with the share drawn from
/// Beta(alpha, alpha) for each sample (Zhang et al., 2018, arXiv 1710.09412). The target is a `MixedClass`.
struct Mixup {
    double alpha = 1;  ///< a small one mixes little; 1 draws each share equally often

    /// Verifies the options.
    /// @throws OptionError unless `alpha` is in 0.001 to 1000.
    void validate(Extent) const { verify_transform_option("mixup alpha", alpha, 0.001, 1000.0); }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const { return {{"mixup alpha", setting_text(alpha)}}; }
    /// The share.
    Mixture mixture(const SampleName& name, Extent) const {
        RandomSequence random = name.random_of(3);
        return {.share = detail::draw_beta(random, alpha)};
    }
};

}  // namespace norma::inline NORMA_TARGET
