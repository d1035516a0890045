#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_pairs.hpp"

/// Tiles of Winograd's algorithm F(2×2, 3×3), and its transforms of one tile. All sizes are known at run time, so that
/// the code is compiled once and not for every convolution.
namespace norma::inline NORMA_TARGET::kernels::detail {

/// Elements of a transformed tile, 4×4.
inline constexpr int winograd_elements = 16;

/// The place of a tile of 2×2 target pixels.
struct Tile {
    int image;   ///< number of the image
    int row;     ///< of its first pixel
    int column;  ///< of its first pixel
};

/// A sum over 3×3 taps with stride 1.
struct WinogradSum {
    Extent source;     ///< of one image
    Extent target;     ///< of one image
    int source_pitch;  ///< from one pixel to the next
    int target_pitch;  ///< from one pixel to the next
    Size padding;      ///< of the source

    /// The output of a convolution.
    static constexpr WinogradSum forward(const Convolution& c) {
        return {c.input, c.output, c.input_step(), c.output_step(), c.padding};
    }
    /// The gradient of its input.
    static constexpr WinogradSum backward(const Convolution& c) {
        return {c.output, c.input, c.output_step(), c.input_step(), Size{2 - c.padding.height, 2 - c.padding.width}};
    }

    /// Tiles in a row.
    constexpr int tiles_across() const { return (target.width + 1) / 2; }
    /// Tiles of an image.
    constexpr int tiles() const { return (target.height + 1) / 2 * tiles_across(); }
    /// Where tile `number` is, counted through all images.
    constexpr Tile tile(int number) const {
        const int of_image = number % tiles();
        return {number / tiles(), of_image / tiles_across() * 2, of_image % tiles_across() * 2};
    }
};

/// Numbers that `Elements` takes.
constexpr long long elements_size(int channels, int rows) {
    constexpr int gap = 16;  // between elements, so that they do not all begin in one set of the cache
    return winograd_elements * (1ll * channels * rows + gap);
}

/// Transformed tiles: element × packet of channels × tile × lanes.
template <class T>
struct Elements {
    T* data;            ///< the first number
    long long element;  ///< from one element to the next
    int rows;           ///< tiles that have room
    int channels;       ///< of each

    /// At `begin`, for `row_count` tiles.
    Elements(T* begin, int channel_count, int row_count)
        : data(begin),
          element(elements_size(channel_count, row_count) / winograd_elements),
          rows(row_count),
          channels(channel_count) {}

    /// From one packet of channels to the next.
    long long block() const { return static_cast<long long>(rows) * simd::Widest<T>::lanes; }
    /// Element 0 of tile `t`, the packet that begins with channel `c`.
    T* at(int t, int c) const { return data + static_cast<long long>(c) * rows + t * simd::Widest<T>::lanes; }
    /// The end.
    T* end() const { return data + winograd_elements * element; }
};

/// Writes (`=`) zeros to `at`, the channels of a pixel outside the image.
template <class T>
const T* zero_pixel(ScalarOf<T>* at, int channels) {
    std::fill_n(at, channels, ScalarOf<T>(0));
    return reinterpret_cast<const T*>(at);
}

/// Bᵀ d of four packets, in place.
template <class P>
NORMA_INLINE inline void transform_inputs(P& a, P& b, P& c, P& d) {
    const P sum = simd::add(b, c);
    const P difference = simd::subtract(c, b);
    a = simd::subtract(a, c);
    d = simd::subtract(b, d);
    b = sum;
    c = difference;
}

/// Which two numbers a pair of bfloat16 numbers has, if there are any: see packet_pairs.hpp.
enum class Pairing {
    none,      ///< single numbers of the network's scalar
    channels,  ///< those of channels c and c + lanes, in a block of 2 · lanes channels
    tiles      ///< those of a tile and the next
};

/// Slots that channels take in `Elements`: a block of 2 · lanes channels takes `lanes` slots if channels are paired.
template <class T>
constexpr int slots(int channels, Precision precision) {
    constexpr int lanes = simd::Widest<T>::lanes;
    return precision == Precision::bf16 ? (channels + 2 * lanes - 1) / (2 * lanes) * lanes : channels;
}

/// The 16 pixels of a tile; a pixel outside the image is at `zeros`.
template <class T>
using TilePixels = std::array<const T*, winograd_elements>;

/// The pixels of the source that tile `number` reads, counted through all images.
template <class T>
NORMA_INLINE inline TilePixels<T> pixels_of(const WinogradSum& s, const T* source, long long source_image,
                                            const T* zeros, int number) {
    const Tile tile = s.tile(number);
    const T* const image = source + tile.image * source_image;
    TilePixels<T> pixels;
    for (int k = 0; k < winograd_elements; ++k) {
        const int y = tile.row - s.padding.height + k / 4;
        const int x = tile.column - s.padding.width + k % 4;
        const bool inside = y >= 0 && y < s.source.height && x >= 0 && x < s.source.width;
        pixels[std::size_t(k)] =
            inside ? image + (static_cast<long long>(y) * s.source.width + x) * s.source_pitch : zeros;
    }
    return pixels;
}

/// Bᵀ d B of one tile and the packet of channel `c`. Writes (`=`) `d`.
template <class T, class P>
NORMA_INLINE inline void input_elements(const TilePixels<T>& pixels, int c, P (&d)[winograd_elements]) {
    NORMA_UNROLL
    for (int k = 0; k < winograd_elements; ++k) d[k] = simd::load<P>(pixels[std::size_t(k)] + c);
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) transform_inputs(d[k], d[4 + k], d[8 + k], d[12 + k]);
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) transform_inputs(d[4 * k], d[4 * k + 1], d[4 * k + 2], d[4 * k + 3]);
}

/// Bᵀ d B of tiles [first, first + count). Writes (`=`) `v`.
template <class T, Pairing W>
NORMA_NOINLINE inline void winograd_input(const WinogradSum& s, const T* source, long long source_image, const T* zeros,
                                          const Elements<ScalarOf<T>>& v, int first, int count) {
    using P = simd::Widest<T>;
    constexpr int tiles = W == Pairing::tiles ? 2 : 1;
    constexpr int packets = W == Pairing::channels ? 2 : 1;
    for (int t = 0; t < count; t += tiles) {
        const TilePixels<T> pixels = pixels_of(s, source, source_image, zeros, first + t);
        [[maybe_unused]] TilePixels<T> next;
        if constexpr (W == Pairing::tiles) {
            next.fill(zeros);
            if (t + 1 < count) next = pixels_of(s, source, source_image, zeros, first + t + 1);
        }
        for (int c = 0; c < s.source.channels; c += packets * P::lanes) {
            P d[winograd_elements];
            input_elements(pixels, c, d);
            if constexpr (W != Pairing::none) {
                P other[winograd_elements];
                if constexpr (W == Pairing::tiles) {
                    input_elements(next, c, other);
                } else if (c + P::lanes < s.source.channels) {
                    input_elements(pixels, c + P::lanes, other);
                } else {
                    NORMA_UNROLL
                    for (int k = 0; k < winograd_elements; ++k) other[k] = simd::set<P>(ScalarOf<T>(0));
                }
                NORMA_UNROLL
                for (int k = 0; k < winograd_elements; ++k) d[k] = simd::pairs_of(d[k], other[k]);
            }
            ScalarOf<T>* const to = v.at(t / tiles, c / packets);
            NORMA_UNROLL
            for (int k = 0; k < winograd_elements; ++k) simd::store(to + k * v.element, d[k]);
        }
    }
}

/// y = Aᵀ m A of one tile and packet, whose elements are `element` numbers apart.
template <class P>
NORMA_INLINE inline void output_of_elements(const typename P::Scalar* m, long long element, P (&y)[2][2]) {
    P rows[2][4];
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) {
        const P b = simd::load<P>(m + (4 + k) * element);
        const P c = simd::load<P>(m + (8 + k) * element);
        rows[0][k] = simd::add(simd::add(simd::load<P>(m + k * element), b), c);
        rows[1][k] = simd::subtract(simd::subtract(b, c), simd::load<P>(m + (12 + k) * element));
    }
    NORMA_UNROLL
    for (int r = 0; r < 2; ++r) {
        y[r][0] = simd::add(simd::add(rows[r][0], rows[r][1]), rows[r][2]);
        y[r][1] = simd::subtract(simd::subtract(rows[r][1], rows[r][2]), rows[r][3]);
    }
}

/// A dy Aᵀ of one tile and the packet of channel `c`, from its 2×2 pixels. Writes (`=`) `d`.
template <class T, class P>
NORMA_INLINE inline void output_gradient_elements(const std::array<const T*, 4>& pixels, int c,
                                                  P (&d)[winograd_elements]) {
    const P zero = simd::set<P>(typename P::Scalar(0));
    P rows[2][4];
    NORMA_UNROLL
    for (int r = 0; r < 2; ++r) {
        const P left = simd::load<P>(pixels[std::size_t(2 * r)] + c);
        const P right = simd::load<P>(pixels[std::size_t(2 * r + 1)] + c);
        rows[r][0] = left;
        rows[r][1] = simd::add(left, right);
        rows[r][2] = simd::subtract(left, right);
        rows[r][3] = simd::subtract(zero, right);
    }
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) {
        d[k] = rows[0][k];
        d[4 + k] = simd::add(rows[0][k], rows[1][k]);
        d[8 + k] = simd::subtract(rows[0][k], rows[1][k]);
        d[12 + k] = simd::subtract(zero, rows[1][k]);
    }
}

/// A dy Aᵀ of tiles [first, first + count) of the target's gradient. Writes (`=`) `d`.
template <class T, Pairing W>
NORMA_NOINLINE inline void winograd_output_gradient(const WinogradSum& s, const T* dy, long long dy_image,
                                                    const T* zeros, const Elements<ScalarOf<T>>& d, int first,
                                                    int count) {
    using P = simd::Widest<T>;
    static_assert(W != Pairing::channels);
    constexpr int tiles = W == Pairing::tiles ? 2 : 1;
    const auto pixels_of_tile = [&](int number) {
        const Tile tile = s.tile(number);
        std::array<const T*, 4> pixels;
        for (int k = 0; k < 4; ++k) {
            const int y = tile.row + k / 2;
            const int x = tile.column + k % 2;
            const long long at =
                tile.image * dy_image + (static_cast<long long>(y) * s.target.width + x) * s.target_pitch;
            pixels[std::size_t(k)] = y < s.target.height && x < s.target.width ? dy + at : zeros;
        }
        return pixels;
    };
    for (int t = 0; t < count; t += tiles) {
        const std::array<const T*, 4> pixels = pixels_of_tile(first + t);
        [[maybe_unused]] std::array<const T*, 4> next{zeros, zeros, zeros, zeros};
        if (W == Pairing::tiles && t + 1 < count) next = pixels_of_tile(first + t + 1);
        for (int c = 0; c < s.target.channels; c += P::lanes) {
            P elements[winograd_elements];
            output_gradient_elements(pixels, c, elements);
            if constexpr (W == Pairing::tiles) {
                P other[winograd_elements];
                output_gradient_elements(next, c, other);
                NORMA_UNROLL
                for (int k = 0; k < winograd_elements; ++k) elements[k] = simd::pairs_of(elements[k], other[k]);
            }
            ScalarOf<T>* const to = d.at(t / tiles, c);
            NORMA_UNROLL
            for (int k = 0; k < winograd_elements; ++k) simd::store(to + k * d.element, elements[k]);
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels::detail
