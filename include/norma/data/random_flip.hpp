#pragma once

#include <cstdint>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/placement.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Is the image mirrored? `RandomCrop` draws the first two numbers of the same sequence.
inline bool drawn_flip(const SampleName& name, double probability) {
    RandomSequence random = name.random_of(0);
    random.bits();
    random.bits();
    return random.bits() >= (1 - probability) * 0x1p32;
}
}  // namespace detail

/// Mirrors an image left to right with this probability, as torchvision's RandomHorizontalFlip.
struct RandomFlip {
    double probability = 0.5;  ///< 0 mirrors none, 1 all

    /// Verifies the options.
    /// @throws OptionError unless `probability` is in 0 to 1.
    void validate(Extent) const { verify_transform_option("flip probability", probability, 0.0, 1.0); }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const { return {{"flip probability", setting_text(probability)}}; }
    /// Is it mirrored?
    Placement place(const SampleName& name, Extent) const {
        return {.mirrored = detail::drawn_flip(name, probability)};
    }
};

/// Mirrors half of the images, drawn once, in even epochs, and the other half in odd epochs (Jordan, 2024, arXiv
/// 2404.00498). So two epochs show each image once in either way, where `RandomFlip` shows half of them twice in the
/// same way. A sample that weights draw several times in an epoch is shown in turn in either way.
struct AlternatingFlip {
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const { return {{"alternating flip", setting_text(true)}}; }
    /// Is it mirrored?
    Placement place(const SampleName& name, Extent) const {
        const SampleName first{name.seed, 0, name.index, name.position, name.repeat};
        return {.mirrored =
                    detail::drawn_flip(first, 0.5) != ((static_cast<std::uint32_t>(name.epoch) + name.draw) % 2 != 0)};
    }
};

}  // namespace norma::inline NORMA_TARGET
