#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/random.hpp"
#include "norma/core/setting.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/transform.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class T>
T clamped(T x) {
    return std::clamp(x, T(0), T(1));
}
/// Brightness of a pixel of one or three channels.
template <class T>
T grey(const T* pixel, int channels) {
    return channels == 1 ? pixel[0] : T(0.2989) * pixel[0] + T(0.587) * pixel[1] + T(0.114) * pixel[2];
}
}  // namespace detail

/// torchvision's adjust_brightness of an image with values in 0 to 1, in place: factor · x, clamped to 0 to 1.
template <class T>
void adjust_brightness(std::span<T> image, T factor) {
    for (T& x : image) x = detail::clamped(factor * x);
}

/// torchvision's adjust_contrast of an image of `channels` (1 or 3) with values in 0 to 1, in place: factor · x + (1 −
/// factor) · (mean brightness of the image), clamped to 0 to 1.
template <class T>
void adjust_contrast(std::span<T> image, int channels, T factor) {
    const std::size_t pixels = image.size() / static_cast<std::size_t>(channels);
    double sum = 0;
    for (std::size_t i = 0; i < image.size(); i += static_cast<std::size_t>(channels)) {
        sum += static_cast<double>(detail::grey(&image[i], channels));
    }
    const T rest = (1 - factor) * static_cast<T>(sum / static_cast<double>(pixels));
    for (T& x : image) x = detail::clamped(factor * x + rest);
}

/// torchvision's adjust_saturation of an image of `channels` (1 or 3) with values in 0 to 1, in place: factor · x + (1
/// − factor) · (the pixel's brightness), clamped to 0 to 1. One channel is left as it is.
template <class T>
void adjust_saturation(std::span<T> image, int channels, T factor) {
    if (channels == 1) return;
    for (std::size_t i = 0; i < image.size(); i += 3) {
        const T rest = (1 - factor) * detail::grey(&image[i], 3);
        for (std::size_t c = 0; c < 3; ++c) image[i + c] = detail::clamped(factor * image[i + c] + rest);
    }
}

/// torchvision's adjust_hue of an image of `channels` (1 or 3) with values in 0 to 1, in place: adds `turn` (−0.5 to
/// 0.5) to the hue of each pixel, where 1 is the whole circle. One channel is left as it is.
template <class T>
void adjust_hue(std::span<T> image, int channels, T turn) {
    if (channels == 1) return;
    for (std::size_t i = 0; i < image.size(); i += 3) {
        const T r = image[i], g = image[i + 1], b = image[i + 2];
        const T value = std::max({r, g, b}), range = value - std::min({r, g, b});
        if (!(range > 0)) continue;  // grey
        const T saturation = range / value;
        const T sector = r >= value ? (g - b) / range : g >= value ? 2 + (b - r) / range : 4 + (r - g) / range;
        T hue = sector / 6 + 1 + turn;
        hue = (hue - std::floor(hue)) * 6;  // 0 to 6
        const int part = static_cast<int>(hue) % 6;
        const T f = hue - std::floor(hue);
        const T p = detail::clamped(value * (1 - saturation));
        const T q = detail::clamped(value * (1 - saturation * f));
        const T t = detail::clamped(value * (1 - saturation * (1 - f)));
        const std::array<std::array<T, 3>, 6> parts{
            {{value, t, p}, {q, value, p}, {p, value, t}, {p, q, value}, {t, p, value}, {value, p, q}}};
        std::ranges::copy(parts[static_cast<std::size_t>(part)], image.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

/// torchvision's ColorJitter: changes brightness, contrast, saturation and hue in a random order. The first three are
/// multiplied by a factor drawn from [max(0, 1 − option), 1 + option]; the hue is turned by a number drawn from
/// [−hue, hue]. For images of one channel (without saturation and hue) or three, in bytes, or in numbers that are 0 to
/// 1 before they are normalised: what is outside of that is clamped.
struct ColorJitter {
    double brightness = 0;  ///< 0 changes nothing
    double contrast = 0;    ///< 0 changes nothing
    double saturation = 0;  ///< 0 changes nothing
    double hue = 0;         ///< 0 to 0.5; 0 changes nothing

    /// Verifies the options.
    /// @throws OptionError unless the first three are in 0 to 100 and `hue` in 0 to 0.5, and the images have one
    /// channel or three.
    void validate(Extent extent) const {
        verify_transform_option("jitter of brightness", brightness, 0.0, 100.0);
        verify_transform_option("jitter of contrast", contrast, 0.0, 100.0);
        verify_transform_option("jitter of saturation", saturation, 0.0, 100.0);
        verify_transform_option("jitter of hue", hue, 0.0, 0.5);
        if (extent.channels == 1 || extent.channels == 3) return;
        raise<OptionError>({"ColorJitter: samples of ", extent.channels,
                            " channels have no colour; it needs one channel, or three: red, green, blue"});
    }
    /// By which a resumed training recognises it.
    std::vector<Setting> settings() const {
        return {{"jitter of brightness", setting_text(brightness)},
                {"jitter of contrast", setting_text(contrast)},
                {"jitter of saturation", setting_text(saturation)},
                {"jitter of hue", setting_text(hue)}};
    }

    /// What is done to one sample: brightness (0), contrast (1), saturation (2), hue (3), each with its number.
    using Steps = std::array<std::pair<int, float>, 4>;
    /// What is done to this sample, in order.
    Steps steps(const SampleName& name) const {
        RandomSequence random = name.random_of(2);
        Steps all;
        const std::array<double, 4> options{brightness, contrast, saturation, hue};
        for (int k = 0; k < 4; ++k) {
            const auto most = static_cast<float>(options[std::size_t(k)]);
            all[std::size_t(k)] = {
                k, k < 3 ? random.uniform(std::max(0.0f, 1 - most), 1 + most) : random.uniform(-most, most)};
        }
        for (std::uint32_t i = 4; i > 1; --i) std::swap(all[i - 1], all[random.below(i)]);
        return all;
    }
    /// Changes the colours of a sample.
    template <class T>
    void apply(const SampleName& name, const SampleValues<T>& sample) const {
        const int channels = sample.extent.channels;
        const std::span<T> image = sample.values;
        const auto count = static_cast<std::size_t>(channels);
        for (std::size_t i = 0; i < image.size(); i += count) {
            for (std::size_t c = 0; c < count; ++c) image[i + c] = sample.normalised.restored(c, image[i + c]);
        }
        for (const auto& [step, number] : steps(name)) {
            if (step == 0 && brightness > 0) adjust_brightness(image, T(number));
            if (step == 1 && contrast > 0) adjust_contrast(image, channels, T(number));
            if (step == 2 && saturation > 0) adjust_saturation(image, channels, T(number));
            if (step == 3 && hue > 0) adjust_hue(image, channels, T(number));
        }
        for (std::size_t i = 0; i < image.size(); i += count) {
            for (std::size_t c = 0; c < count; ++c) image[i + c] = sample.normalised.of_units(c, image[i + c]);
        }
    }
};

}  // namespace norma::inline NORMA_TARGET
