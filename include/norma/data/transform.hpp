#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/data/dataset.hpp"

namespace norma {

/// (value / 255 − mean) / stddev of each channel, as a table of the 256 values a byte can have: exact to the last bit
/// of the division in double, and as fast as reading.
template <class T>
class Normalisation {
public:
    /// `mean` and `stddev` hold one number a channel.
    /// @throws DataError if they differ in number, or a `stddev` is not positive.
    Normalisation(std::span<const double> mean, std::span<const double> stddev) : table_(256 * mean.size()) {
        if (mean.size() != stddev.size()) {
            raise<DataError>("normalisation: " + std::to_string(mean.size()) + " means and " +
                             std::to_string(stddev.size()) + " standard deviations; there must be as many");
        }
        for (std::size_t c = 0; c < mean.size(); ++c) {
            if (!(stddev[c] > 0)) {
                raise<DataError>("normalisation: the standard deviation of channel " + std::to_string(c) + " is " +
                                 std::to_string(stddev[c]) + "; it must be positive");
            }
            for (std::size_t v = 0; v < 256; ++v) {
                table_[256 * c + v] = static_cast<T>((static_cast<double>(v) / 255 - mean[c]) / stddev[c]);
            }
        }
    }

    std::size_t channels() const { return table_.size() / 256; }

    /// What byte `value` of channel `c` becomes.
    T operator()(std::size_t c, std::uint8_t value) const { return table_[256 * c + value]; }

    /// Normalises `count` pixels of all channels, channels innermost, from `pixels` to `out` (`=`).
    void apply(const std::uint8_t* pixels, std::size_t count, T* out) const {
        const T* const table = table_.data();
        switch (channels()) {
            case 1:
                return apply<1>(table, pixels, count, out);
            case 3:
                return apply<3>(table, pixels, count, out);
            default:
                for (; count > 0; --count) {
                    for (std::size_t c = 0; c < channels(); ++c) *out++ = table[256 * c + *pixels++];
                }
        }
    }

private:
    template <std::size_t Channels>
    static void apply(const T* table, const std::uint8_t* pixels, std::size_t count, T* out) {
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t c = 0; c < Channels; ++c)
                out[i * Channels + c] = table[256 * c + pixels[i * Channels + c]];
        }
    }

    std::vector<T> table_;
};

/// Where an image is taken from: `down` and `right` pixels moved, mirrored afterwards or not.
struct Placement {
    int down = 0;
    int right = 0;
    bool mirrored = false;

    friend bool operator==(const Placement&, const Placement&) = default;
};

/// Random crop of the size of the image out of the image with a border of `crop_padding` zero bytes, then a horizontal
/// flip in half of the cases: PyTorch's RandomCrop(padding = …) and RandomHorizontalFlip. Off by default.
struct Augmentation {
    int crop_padding = 0;
    bool flip = false;

    bool is_off() const { return crop_padding == 0 && !flip; }

    /// The placement of image `index` in `epoch`, given by (seed, epoch, index) alone. A crop is the same with and
    /// without `flip`.
    Placement draw(std::uint64_t seed, int epoch, std::size_t index) const {
        RandomSequence random(
            {seed, Purpose::augmentation, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index), 0});
        const auto moved = [&] {
            return static_cast<int>(random.below(static_cast<std::uint32_t>(2 * crop_padding + 1))) - crop_padding;
        };
        Placement place;
        place.down = moved();
        place.right = moved();
        place.mirrored = flip && random.below(2) != 0;
        return place;
    }
};

/// Writes the normalised image taken at `place` to `out` (`=`), height × width × channels. What lies outside of the
/// image is the byte 0, normalised like any other.
template <class T>
void load_placed(const Normalisation<T>& normalise, const std::uint8_t* image, Extent extent, Placement place, T* out) {
    const auto channels = static_cast<std::size_t>(extent.channels);
    for (int y = 0; y < extent.height; ++y) {
        const int from_y = y + place.down;
        const bool row_inside = from_y >= 0 && from_y < extent.height;
        for (int x = 0; x < extent.width; ++x, out += channels) {
            const int from_x = (place.mirrored ? extent.width - 1 - x : x) + place.right;
            if (row_inside && from_x >= 0 && from_x < extent.width) {
                normalise.apply(image + static_cast<std::size_t>(from_y * extent.width + from_x) * channels, 1, out);
            } else {
                for (std::size_t c = 0; c < channels; ++c) out[c] = normalise(c, 0);
            }
        }
    }
}

}  // namespace norma
