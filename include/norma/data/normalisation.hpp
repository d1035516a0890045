#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What stands for 1 in data of type `E`: 255 for bytes, of which 0 to 255 mean 0 to 1; 1 for other numbers.
template <class E>
inline constexpr int unit_of = std::same_as<E, std::uint8_t> ? 255 : 1;

namespace detail {
/// Says what is wrong with the mean or the standard deviation of channel `channel`; empty if nothing is. The bounds are
/// far wider than those of real images; within them, sums of squares of normalised values do not overflow a `float`.
inline std::string normalisation_problem(int channel, double mean, double stddev, int unit = 255) {
    const std::string of = joined_text({" of channel ", channel, " is "});
    const std::string of_what = unit == 255 ? "; it is that of value / 255, and must be in " : "; it must be in ";
    constexpr double most = 1e6;
    constexpr double least = 1e-6;
    if (!is_finite(mean) || std::abs(mean) > most) {
        return joined_text({"the mean", of, mean, of_what, "-1e6 to 1e6"});
    }
    if (!is_finite(stddev) || stddev < least || stddev > most) {
        return joined_text({"the standard deviation", of, stddev, of_what,
                            "1e-6 to 1e6 (1 for a channel that is the same everywhere)"});
    }
    return {};
}
}  // namespace detail

/// Normalises numbers: (value / unit − mean) / stddev with each channel's mean and stddev; the unit is 255 for bytes
/// and 1 for other numbers. It is computed as (value − unit · mean) · (1 / (unit · stddev)): a compiler cannot fuse a
/// difference and a product into one instruction, so all functions here give the same bits.
template <class T>
class Normalisation {
public:
    /// `mean` and `stddev` have one number for each channel.
    /// @throws DataError if they differ in number, a `mean` is not in −1e6 to 1e6, or a `stddev` not in 1e-6 to 1e6.
    Normalisation(std::span<const double> mean, std::span<const double> stddev, int unit = 255)
        : channels_(mean.size()), unit_(static_cast<T>(unit)) {
        if (mean.size() != stddev.size()) {
            raise<DataError>({"normalisation: ", mean.size(), " means and ", stddev.size(),
                              " standard deviations; each channel needs one of both"});
        }
        for (std::size_t c = 0; c < channels_; ++c) {
            const std::string problem = detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c], unit);
            if (!problem.empty()) raise<DataError>({"normalisation: ", problem});
        }
        for (std::size_t i = 0; i < pixels_at_once * channels_; ++i) {
            const std::size_t c = i % channels_;
            centre_.push_back(static_cast<T>(unit * mean[c]));
            scale_.push_back(static_cast<T>(1 / (unit * stddev[c])));
        }
    }

    /// Number of channels.
    std::size_t channels() const { return channels_; }

    /// `value` of channel `c`, normalised.
    template <class E>
    T operator()(std::size_t c, E value) const {
        return (static_cast<T>(value) - centre_[c]) * scale_[c];
    }
    /// The inverse, up to rounding, in units: a byte's value / 255.
    T restored(std::size_t c, T normalised) const { return (normalised / scale_[c] + centre_[c]) / unit_; }

    /// The inverse of that: (x − mean) / stddev.
    T of_units(std::size_t c, T x) const { return (x * unit_ - centre_[c]) * scale_[c]; }

    /// Normalises `count` pixels of all channels, channels innermost, from `pixels` to `out` (`=`).
    template <class E>
    NORMA_NOINLINE void apply(const E* pixels, std::size_t count, T* out) const {
        switch (channels_) {
            case 1:
                return apply<1>(pixels, count, out);
            case 3:
                return apply<3>(pixels, count, out);
            default:
                return apply<0>(pixels, count, out);
        }
    }

private:
    // The channels' constants are stored for this many pixels, so that they can be loaded into whole SIMD registers.
    static constexpr std::size_t pixels_at_once = 16;

    /// `Channels` is the number of channels, or 0 to use `channels_`.
    template <std::size_t Channels, class E>
    void apply(const E* pixels, std::size_t count, T* out) const {
        const std::size_t channels = Channels == 0 ? channels_ : Channels;
        const T* const centre = centre_.data();
        const T* const scale = scale_.data();
        const auto part = [&](std::size_t n) {
            for (std::size_t i = 0; i < n; ++i) out[i] = (static_cast<T>(pixels[i]) - centre[i]) * scale[i];
        };
        for (; count >= pixels_at_once; count -= pixels_at_once) {
            part(pixels_at_once * channels);
            pixels += pixels_at_once * channels;
            out += pixels_at_once * channels;
        }
        part(count * channels);
    }

    std::size_t channels_;
    T unit_;
    std::vector<T> centre_;  // unit · mean
    std::vector<T> scale_;   // 1 / (unit · stddev)
};

}  // namespace norma::inline NORMA_TARGET
