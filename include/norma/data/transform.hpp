#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/dataset.hpp"

namespace norma::inline NORMA_TARGET {

/// Normalises bytes: (value / 255 − mean) / stddev with each channel's mean and stddev. It is computed as
/// (value − 255 · mean) · (1 / (255 · stddev)): a compiler cannot fuse a difference and a product into one instruction,
/// so all functions here give the same bits.
template <class T>
class Normalisation {
public:
    /// `mean` and `stddev` have one number for each channel.
    /// @throws DataError if they differ in number, a `mean` is not in −1e6 to 1e6, or a `stddev` not in 1e-6 to 1e6.
    Normalisation(std::span<const double> mean, std::span<const double> stddev) : channels_(mean.size()) {
        if (mean.size() != stddev.size()) {
            raise<DataError>("normalisation: " + std::to_string(mean.size()) + " means and " +
                             std::to_string(stddev.size()) + " standard deviations; each channel needs one of both");
        }
        for (std::size_t c = 0; c < channels_; ++c) {
            const std::string problem = detail::normalisation_problem(static_cast<int>(c), mean[c], stddev[c]);
            if (!problem.empty()) raise<DataError>("normalisation: " + problem);
        }
        for (std::size_t i = 0; i < pixels_at_once * channels_; ++i) {
            const std::size_t c = i % channels_;
            centre_.push_back(static_cast<T>(255 * mean[c]));
            scale_.push_back(static_cast<T>(1 / (255 * stddev[c])));
        }
    }

    /// Number of channels.
    std::size_t channels() const { return channels_; }

    /// Byte `value` of channel `c`, normalised.
    T operator()(std::size_t c, std::uint8_t value) const { return (static_cast<T>(value) - centre_[c]) * scale_[c]; }

    /// Normalises `count` pixels of all channels, channels innermost, from `pixels` to `out` (`=`).
    NORMA_NOINLINE void apply(const std::uint8_t* pixels, std::size_t count, T* out) const {
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
    template <std::size_t Channels>
    void apply(const std::uint8_t* pixels, std::size_t count, T* out) const {
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
    std::vector<T> centre_;  // 255 · mean
    std::vector<T> scale_;   // 1 / (255 · stddev)
};

/// Which part of an image is taken: a window of the image's size, moved by `down` and `right`, then perhaps mirrored.
struct Placement {
    int down = 0;           ///< pixels; negative moves up
    int right = 0;          ///< pixels; negative moves left
    bool mirrored = false;  ///< left and right are exchanged

    friend bool operator==(const Placement&, const Placement&) = default;
};

/// The rectangle that is cut out of an image: rows [top, bottom) and columns [left, right).
struct Hole {
    int top = 0;     ///< first row
    int left = 0;    ///< first column
    int bottom = 0;  ///< one past the last row
    int right = 0;   ///< one past the last column

    friend bool operator==(const Hole&, const Hole&) = default;
};

/// Random changes of training images, all off by default, in this order: a border of `crop_padding` zero bytes is added
/// and a window of the image's size cropped out at random (PyTorch's RandomCrop(padding=…)); half of the images are
/// flipped (RandomHorizontalFlip); a square of side `cutout` at a random place is set to 0, the mean of normalised
/// images (DeVries and Taylor, 2017, arXiv 1708.04552).
struct Augmentation {
    int crop_padding = 0;  ///< pixels on each side; 0 crops nothing
    bool flip = false;     ///< mirror an image with probability 1/2
    int cutout = 0;        ///< side of the square in pixels; 0 cuts nothing

    /// Verifies the options for images of this size.
    /// @throws OptionError unless `crop_padding` and `cutout` are in 0 to the smaller of height and width.
    void validate(Extent extent) const {
        const int most = std::min(extent.height, extent.width);
        for (const auto& [what, value] : {std::pair{"crop padding", crop_padding}, std::pair{"cutout", cutout}}) {
            if (value >= 0 && value <= most) continue;
            raise<OptionError>(std::string(what) + ": " + std::to_string(value) + " is not in 0 to " +
                               std::to_string(most));
        }
    }

    /// Does it crop or flip?
    bool moves() const { return crop_padding != 0 || flip; }
    /// Does it leave images unchanged?
    bool is_off() const { return !moves() && cutout == 0; }

    /// The placement of image `index` in `epoch`; depends on (seed, epoch, index) alone. The crop does not depend on
    /// `flip`.
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

    /// The square cut out of image `index` in `epoch`; depends on (seed, epoch, index) alone, not on the placement. Its
    /// centre is a pixel of the image, each with the same probability; parts of the square outside the image are cut
    /// off.
    Hole draw_hole(std::uint64_t seed, int epoch, std::size_t index, Extent extent) const {
        RandomSequence random(
            {seed, Purpose::augmentation, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index), 1});
        const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(extent.height))) - cutout / 2;
        const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(extent.width))) - cutout / 2;
        return {std::max(top, 0), std::max(left, 0), std::min(top + cutout, extent.height),
                std::min(left + cutout, extent.width)};
    }
};

/// Writes the normalised window of the image at `place` to `out` (`=`), height × width × channels. Outside the image
/// the bytes are 0, and are normalised like the others.
template <class T>
void load_placed(const Normalisation<T>& normalise, const std::uint8_t* image, Extent extent, Placement place, T* out) {
    const auto channels = static_cast<std::size_t>(extent.channels);
    for (int y = 0; y < extent.height; ++y) {
        const int from_y = y + place.down;
        const bool row_inside = from_y >= 0 && from_y < extent.height;
        for (int x = 0; x < extent.width; ++x, out += channels) {
            const int from_x = (place.mirrored ? extent.width - 1 - x : x) + place.right;
            const bool inside = row_inside && from_x >= 0 && from_x < extent.width;
            const std::uint8_t* const pixel =
                inside ? image + static_cast<std::size_t>(from_y * extent.width + from_x) * channels : nullptr;
            for (std::size_t c = 0; c < channels; ++c) out[c] = normalise(c, inside ? pixel[c] : std::uint8_t{0});
        }
    }
}

/// Sets the pixels of `hole` to 0 in `image`, height × width × channels.
template <class T>
void cut_out(Extent extent, Hole hole, T* image) {
    for (int y = hole.top; y < hole.bottom; ++y) {
        T* const row = image + static_cast<std::ptrdiff_t>(y) * extent.width * extent.channels;
        std::fill(row + hole.left * extent.channels, row + hole.right * extent.channels, T(0));
    }
}

}  // namespace norma::inline NORMA_TARGET
