#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/normalisation.hpp"
#include "norma/data/placement.hpp"
#include "norma/data/sample_weights.hpp"

namespace norma::inline NORMA_TARGET {

/// One sample in one epoch, as a transform gets it. All that a transform draws is a function of this name.
struct SampleName {
    std::uint64_t seed = 0;      ///< of the batches
    int epoch = 0;               ///< counted from 0
    std::size_t index = 0;       ///< of the sample in its data set
    std::uint32_t position = 0;  ///< of the transform among the transforms of its `Batches`, counted from 0
    std::uint32_t repeat = 0;    ///< how many transforms of the same type are before it
    std::uint32_t draw = 0;      ///< how often the sample came before in this epoch; 0 without sample weights

    /// Random numbers of this transform for this sample and epoch.
    RandomSequence random() const { return sequence(0x10000u + position); }
    /// The same for norma's own transforms, which draw the same numbers at any position.
    RandomSequence random_of(std::uint32_t stream) const { return sequence(stream + 256 * repeat); }

private:
    RandomSequence sequence(std::uint32_t stream) const {
        return RandomSequence({seed_of_draw(seed, draw), Purpose::augmentation, static_cast<std::uint32_t>(epoch),
                               static_cast<std::uint32_t>(index), stream});
    }
};

/// The normalised numbers of a sample, to be changed by a transform.
template <class T>
struct SampleValues {
    std::span<T> values;                 ///< height × width × channels
    Extent extent;                       ///< of the sample
    const Normalisation<T>& normalised;  ///< how they were normalised; `restored` undoes it

    /// The numbers of one pixel, one for each channel.
    std::span<T> pixel(int y, int x) const {
        const auto channels = static_cast<std::size_t>(extent.channels);
        return values.subspan((std::size_t(y) * std::size_t(extent.width) + std::size_t(x)) * channels, channels);
    }
};

/// A rectangle of pixels: rows [top, bottom), columns [left, right).
struct PixelBox {
    int top = 0;     ///< first row
    int left = 0;    ///< first column
    int bottom = 0;  ///< row after the last
    int right = 0;   ///< column after the last

    /// Number of pixels.
    constexpr int pixels() const { return (bottom - top) * (right - left); }

    friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// How two samples become one: share · first + (1 − share) · second; or the first with the second's pixels in `box`.
/// `share` is the first's share of the target in both cases.
struct Mixture {
    double share = 1;                  ///< 0 to 1
    std::optional<PixelBox> box = {};  ///< without it the numbers are mixed

    friend bool operator==(const Mixture&, const Mixture&) = default;
};

/// A transform that moves pixels: `place(name, extent)` says how.
template <class P>
concept MovesPixels = requires(const P& transform, const SampleName& name, Extent extent) {
    { transform.place(name, extent) } -> std::same_as<Placement>;
};
/// A transform that changes numbers: `apply(name, values)`.
template <class P, class T = float>
concept ChangesValues =
    requires(const P& transform, const SampleName& name, SampleValues<T> values) { transform.apply(name, values); };
/// A transform that mixes a sample with another one of the epoch, and their classes: `mixture(name, extent)` says how.
template <class P>
concept MixesSamples = requires(const P& transform, const SampleName& name, Extent extent) {
    { transform.mixture(name, extent) } -> std::same_as<Mixture>;
};

/// What `Batches` does to each sample that it loads, such as `RandomCrop`. A transform is a struct of its options with
/// - one of `place(name, extent)`, `apply(name, values)` and `mixture(name, extent)`: `MovesPixels`, `ChangesValues`,
///   `MixesSamples`. It must depend on its arguments alone, because a sample is loaded by any thread, up to twice. It
///   allocates nothing. `name.random()` has random numbers.
/// - `settings()`: a `std::vector<Setting>` of its options, by which a resumed training recognises them.
/// - `validate(extent)`, optional: throws an `OptionError` if the options are wrong for samples of this shape.
///
/// @snippet examples_test.cpp Transform
template <class P>
concept Transform = (int{MovesPixels<P>} + int{ChangesValues<P>} + int{MixesSamples<P>} == 1) &&
                    requires(const P& transform) { std::vector<Setting>(transform.settings()); };

/// Verifies an option of a transform.
/// @throws OptionError unless `low` ≤ `value` ≤ `high`.
template <class Number>
void verify_transform_option(const char* what, Number value, Number low, Number high) {
    bool is_number = true;
    if constexpr (std::floating_point<Number>) is_number = is_finite(value);
    if (is_number && value >= low && value <= high) return;
    raise<OptionError>({what, ": ", setting_text(value), " is not in ", setting_text(low), " to ", setting_text(high)});
}

/// Transforms one after another: those that move pixels first, then those that change values, then one that mixes.
template <class... Transforms>
class TransformList {
    static_assert((Transform<Transforms> && ...),
                  "norma: a transform needs settings() and one of place(name, extent), apply(name, values) and "
                  "mixture(name, extent); the concept Transform says what they do.");
    template <class P>
    static constexpr int stage = MovesPixels<P>     ? 0
                                 : ChangesValues<P> ? 1
                                                    : 2;
    static constexpr bool in_order() {
        int last = 0;
        bool right = true;
        ((right = right && last <= stage<Transforms> && !(last == 2 && stage<Transforms> == 2),
          last = stage<Transforms>),
         ...);
        return right;
    }
    static_assert(!(Transform<Transforms> && ...) || in_order(),
                  "norma: transforms must be in this order: those that move pixels, such as RandomCrop and RandomFlip; "
                  "those that change values, such as Cutout; at most one that mixes samples, such as Mixup.");

public:
    /// Are there any?
    static constexpr bool any = sizeof...(Transforms) > 0;
    /// How many move pixels?
    static constexpr std::size_t moves = (0 + ... + std::size_t{MovesPixels<Transforms>});
    /// Does one mix samples?
    static constexpr bool mixes = (MixesSamples<Transforms> || ...);

    /// Copies the transforms.
    constexpr explicit TransformList(const Transforms&... transforms) : transforms_(transforms...) {}

    /// Verifies all options for samples of this shape.
    /// @throws OptionError if one is wrong.
    void validate(Extent extent) const {
        for_each({}, [&](const auto& transform, const SampleName&) {
            if constexpr (requires { transform.validate(extent); }) transform.validate(extent);
        });
    }

    /// The settings of all, each with the transform's number.
    std::vector<Setting> settings() const {
        std::vector<Setting> all;
        for_each({}, [&](const auto& transform, const SampleName& name) {
            for (const Setting& setting : std::vector<Setting>(transform.settings())) {
                all.push_back({"transform " + std::to_string(name.position + 1) + ", " + setting.name, setting.value});
            }
        });
        return all;
    }

    /// Writes the sample `values` (height × width × channels) to `out` (`=`): moved, normalised, changed, but not
    /// mixed.
    template <class T, class E>
    void load(const Normalisation<T>& normalise, const E* values, Extent extent, const SampleName& name, T* out) const {
        const std::array<Placement, moves> places = placements(extent, name);
        bool any_moves = false;
        for (const Placement& place : places) any_moves = any_moves || !place.moves_nothing();
        if (!any_moves) {
            normalise.apply(values, static_cast<std::size_t>(extent.pixels()), out);
        } else {
            load_placed(normalise, values, extent, places, out);
        }
        for_each(name, [&](const auto& transform, const SampleName& own) {
            if constexpr (stage<std::remove_cvref_t<decltype(transform)>> == 1) {
                transform.apply(own, SampleValues<T>{{out, std::size_t(extent.size())}, extent, normalise});
            }
        });
    }

    /// Writes what is known of each pixel, moved as `load` moves the pixels, to `out` (`=`).
    template <class E>
    void load_per_pixel(const E* values, Extent extent, const SampleName& name, E* out) const {
        copy_placed(values, extent, placements(extent, name), out);
    }

    /// How this sample is mixed with another one; not at all if none of the transforms mixes.
    Mixture mixture(const SampleName& name, Extent extent) const {
        Mixture result;
        for_each(name, [&](const auto& transform, const SampleName& own) {
            if constexpr (MixesSamples<std::remove_cvref_t<decltype(transform)>>) {
                result = transform.mixture(own, extent);
            }
        });
        return result;
    }

private:
    std::array<Placement, moves> placements(Extent extent, const SampleName& name) const {
        std::array<Placement, moves> all;
        std::size_t count = 0;
        for_each(name, [&](const auto& transform, const SampleName& own) {
            if constexpr (MovesPixels<std::remove_cvref_t<decltype(transform)>>) {
                all[count++] = transform.place(own, extent);
            }
        });
        return all;
    }

    /// Calls `f(transform, name)` for each, with the transform's own position and repeat in `name`.
    template <class F>
    void for_each(const SampleName& name, const F& f) const {
        [&]<std::size_t... k>(std::index_sequence<k...>) {
            (f(std::get<k>(transforms_), SampleName{name.seed, name.epoch, name.index, k, repeats<k>(), name.draw}),
             ...);
        }(std::index_sequence_for<Transforms...>());
    }
    template <std::size_t k>
    static constexpr std::uint32_t repeats() {
        using All = std::tuple<Transforms...>;
        return []<std::size_t... j>(std::index_sequence<j...>) {
            return (0u + ... +
                    std::uint32_t{std::is_same_v<std::tuple_element_t<j, All>, std::tuple_element_t<k, All>>});
        }(std::make_index_sequence<k>());
    }

    std::tuple<Transforms...> transforms_;
};

}  // namespace norma::inline NORMA_TARGET
