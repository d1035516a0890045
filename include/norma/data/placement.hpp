#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "norma/core/inline.hpp"
#include "norma/core/placement.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/data/normalisation.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
/// Row `y` after placements one after another; −1 is outside.
constexpr int placed_row(std::span<const norma::Placement> places, int y, int height) {
    for (std::size_t i = places.size(); i > 0 && y >= 0; --i) y = places[i - 1].row(y, height);
    return y;
}
/// The same for column `x`.
constexpr int placed_column(std::span<const norma::Placement> places, int x, int width) {
    for (std::size_t i = places.size(); i > 0 && x >= 0; --i) x = places[i - 1].column(x, width);
    return x;
}

/// Calls `put(at, pixels, n)` for pieces of rows that together are the window: pixels `at` to `at + n − 1` of it are
/// the `n` pixels at `pixels`, or, if that is null, zeros. `Channels` is the number of channels, or 0 to use that of
/// `extent`.
template <int Channels, class E, class Put>
void for_each_placed_piece(const E* image, Extent extent, std::span<const norma::Placement> places, const Put& put) {
    constexpr int room = 1024;
    constexpr int most = 64;
    const int channels = Channels == 0 ? extent.channels : Channels;
    const int piece = std::clamp(room / channels, 1, most);
    int columns[most];
    E gathered[room];
    for (int left = 0; left < extent.width; left += piece) {
        const int n = std::min(piece, extent.width - left);
        for (int x = 0; x < n; ++x) columns[x] = placed_column(places, left + x, extent.width);
        bool neighbours = columns[0] >= 0;
        for (int x = 1; x < n; ++x) neighbours = neighbours && columns[x] == columns[0] + x;
        for (int y = 0; y < extent.height; ++y) {
            const int from_y = placed_row(places, y, extent.height);
            const int at = y * extent.width + left;
            if (from_y < 0 || (n == 1 && columns[0] < 0)) {
                put(at, static_cast<const E*>(nullptr), n);
                continue;
            }
            const E* const row = image + std::ptrdiff_t{from_y} * extent.width * channels;
            if (neighbours) {
                put(at, row + std::ptrdiff_t{columns[0]} * channels, n);
                continue;
            }
            E* to = gathered;
            for (int x = 0; x < n; ++x, to += channels) {
                const E* const from = row + std::ptrdiff_t{std::max(columns[x], 0)} * channels;
                for (int c = 0; c < channels; ++c) to[c] = columns[x] < 0 ? E(0) : from[c];
            }
            put(at, static_cast<const E*>(gathered), n);
        }
    }
}
}  // namespace detail

/// Writes the normalised window of the image at `places`, one after another, to `out` (`=`), height × width × channels.
/// Zeros outside the image are normalised like the image's own numbers.
template <class T, class E>
NORMA_NOINLINE void load_placed(const Normalisation<T>& normalise, const E* image, Extent extent,
                                std::span<const Placement> places, T* out) {
    const auto put = [&](int at, const E* pixels, int n) {
        T* const to = out + std::ptrdiff_t{at} * extent.channels;
        if (pixels != nullptr) return normalise.apply(pixels, static_cast<std::size_t>(n), to);
        for (int k = 0; k < n * extent.channels; ++k) to[k] = normalise(std::size_t(k % extent.channels), E(0));
    };
    switch (extent.channels) {
        case 1:
            return detail::for_each_placed_piece<1>(image, extent, places, put);
        case 3:
            return detail::for_each_placed_piece<3>(image, extent, places, put);
        default:
            return detail::for_each_placed_piece<0>(image, extent, places, put);
    }
}

/// The same of a number per pixel, height × width, without normalisation: for what is known of each pixel.
template <class E>
void copy_placed(const E* image, Extent extent, std::span<const Placement> places, E* out) {
    detail::for_each_placed_piece<1>(image, {1, extent.height, extent.width}, places,
                                     [&](int at, const E* pixels, int n) {
                                         if (pixels == nullptr) {
                                             std::fill_n(out + at, n, E(0));
                                         } else {
                                             std::copy_n(pixels, n, out + at);
                                         }
                                     });
}

}  // namespace norma::inline NORMA_TARGET
