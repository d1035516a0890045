#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A rectangle of an image, in pixels.
struct Window {
    int top = 0;     ///< first row
    int left = 0;    ///< first column
    int height = 0;  ///< number of rows
    int width = 0;   ///< number of columns

    friend bool operator==(const Window&, const Window&) = default;
};

namespace detail {

/// The pixels of one axis that are added up to one pixel of the result, and their weights in steps of 2^-22, as Pillow
/// has them.
struct ResizeTaps {
    std::size_t first = 0;
    std::vector<std::int32_t> weights;
};
inline constexpr int resize_bits = 22;

/// The taps of the pixels [begin, begin + count) when `from` pixels become `to`: a triangle whose half is as wide as a
/// pixel of the result or of the image, whichever is wider.
inline std::vector<ResizeTaps> resize_taps(int from, int to, int begin, int count) {
    const double scale = double(from) / double(to), reach = std::max(1.0, scale);
    std::vector<ResizeTaps> taps(static_cast<std::size_t>(count));
    std::vector<double> weights;
    for (int k = 0; k < count; ++k) {
        const double centre = (begin + k + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
        const int last = std::min(from, static_cast<int>(centre + reach + 0.5));
        double sum = 0;
        weights.clear();
        for (int x = first; x < last; ++x) {
            weights.push_back(std::max(0.0, 1 - std::abs((x - centre + 0.5) / reach)));
            sum += weights.back();
        }
        ResizeTaps& found = taps[static_cast<std::size_t>(k)];
        found.first = static_cast<std::size_t>(first);
        for (const double weight : weights) {
            found.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << resize_bits)));
        }
    }
    return taps;
}

/// Writes (`=`) to `out`, for each tap, the weighted sums of rows of `row` bytes each.
inline void add_rows(const std::uint8_t* from, std::size_t row, const ResizeTaps& taps, std::vector<std::int32_t>& sums,
                     std::uint8_t* out) {
    sums.assign(row, 1 << (resize_bits - 1));  // rounds to the nearest
    for (std::size_t k = 0; k < taps.weights.size(); ++k) {
        const std::uint8_t* const values = from + (taps.first + k) * row;
        const std::int32_t weight = taps.weights[k];
        for (std::size_t i = 0; i < row; ++i) sums[i] += values[i] * weight;
    }
    for (std::size_t i = 0; i < row; ++i) {
        out[i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> resize_bits, 0, 255));
    }
}

}  // namespace detail

/// Resizes the rectangle `taken` of an image to `height` × `width`, and writes (`=`) the rectangle `wanted` of the
/// result to `out`, height × width × channels: bilinear, over all pixels that a pixel of the result covers
/// (antialiased). To the bit the same as Pillow's `resize(…, BILINEAR)` and so as torchvision's `Resize` of such
/// images: first each row, rounded to bytes, then each column. Pixels outside `taken` have no influence.
/// @throws DataError if `pixels` is not of that size, a rectangle is empty or reaches beyond its image, or more than a
/// million pixels in a row would become one.
inline void resize(std::span<const std::uint8_t> pixels, Extent extent, Window taken, int height, int width,
                   Window wanted, std::uint8_t* out) {
    const auto within = [](const Window& w, int h, int v) {
        return w.top >= 0 && w.left >= 0 && w.height > 0 && w.width > 0 && w.top <= h - w.height &&
               w.left <= v - w.width;
    };
    if (pixels.size() != static_cast<std::size_t>(extent.size()) || !within(taken, extent.height, extent.width) ||
        !within(wanted, height, width)) {
        raise<DataError>(
            "resize: the rectangles must be parts of the image and of the result, and the image must have " +
            std::to_string(extent.size()) + " bytes; it has " + std::to_string(pixels.size()));
    }
    // More would overflow the sums.
    constexpr int most = 1 << 20;
    if (taken.height / height >= most || taken.width / width >= most) {
        raise<DataError>("resize: " + std::to_string(taken.height) + " × " + std::to_string(taken.width) +
                         " pixels are too many to become " + std::to_string(height) + " × " + std::to_string(width));
    }
    const auto channels = static_cast<std::size_t>(extent.channels);
    const std::vector<detail::ResizeTaps> columns = detail::resize_taps(taken.width, width, wanted.left, wanted.width);
    std::vector<detail::ResizeTaps> rows = detail::resize_taps(taken.height, height, wanted.top, wanted.height);
    const std::size_t first_row = rows.front().first, row = columns.size() * channels;
    const std::size_t end_row = rows.back().first + rows.back().weights.size();

    std::vector<std::uint8_t> narrow((end_row - first_row) * row);
    std::uint8_t* to = narrow.data();
    for (std::size_t y = first_row; y < end_row; ++y) {
        const std::uint8_t* const from =
            pixels.data() + ((static_cast<std::size_t>(taken.top) + y) * static_cast<std::size_t>(extent.width) +
                             static_cast<std::size_t>(taken.left)) *
                                channels;
        for (const detail::ResizeTaps& taps : columns) {
            for (std::size_t c = 0; c < channels; ++c) {
                std::int32_t sum = 1 << (detail::resize_bits - 1);
                const std::uint8_t* value = from + taps.first * channels + c;
                for (const std::int32_t weight : taps.weights) {
                    sum += *value * weight;
                    value += channels;
                }
                *to++ = static_cast<std::uint8_t>(std::clamp(sum >> detail::resize_bits, 0, 255));
            }
        }
    }
    std::vector<std::int32_t> sums;
    for (detail::ResizeTaps& taps : rows) {
        taps.first -= first_row;
        detail::add_rows(narrow.data(), row, taps, sums, out);
        out += row;
    }
}

/// Resizes a picture so that its shorter side has `shorter_side` pixels, and writes (`=`) the `height` × `width` in its
/// middle to `out`: torchvision's `Resize(shorter_side)` and `CenterCrop((height, width))`. With 0 the picture gets the
/// smallest size that covers `height` × `width`.
/// @throws DataError if `pixels` is not of that size, the resized picture does not cover `height` × `width`, or its
/// longer side would have more pixels than an `int` counts.
inline void resize_and_crop(std::span<const std::uint8_t> pixels, Extent extent, int shorter_side, int height,
                            int width, std::uint8_t* out) {
    const auto scaled = [&](int size, int by, int other) {
        const std::int64_t result = std::int64_t{size} * by / std::max(other, 1);
        if (result > std::numeric_limits<int>::max()) {
            raise<DataError>("resize: a picture of " + std::to_string(extent.height) + " × " +
                             std::to_string(extent.width) + " pixels is too narrow");
        }
        return static_cast<int>(result);
    };
    const bool wide = extent.width >= extent.height;
    int to_height = wide ? shorter_side : scaled(extent.height, shorter_side, extent.width);
    int to_width = wide ? scaled(extent.width, shorter_side, extent.height) : shorter_side;
    if (shorter_side == 0) {
        const bool by_height = std::int64_t{extent.width} * height >= std::int64_t{extent.height} * width;
        to_height = by_height ? height : scaled(extent.height, width, extent.width);
        to_width = by_height ? scaled(extent.width, height, extent.height) : width;
    }
    // Python rounds halves to the even number.
    const auto half = [](int difference) { return (difference + (difference % 4 == 3 ? 1 : 0)) / 2; };
    resize(pixels, extent, {0, 0, extent.height, extent.width}, to_height, to_width,
           {half(to_height - height), half(to_width - width), height, width}, out);
}

}  // namespace norma::inline NORMA_TARGET
