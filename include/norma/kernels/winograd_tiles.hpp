#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"

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
const T* zero_pixel(T* at, int channels) {
    std::fill_n(at, channels, T(0));
    return at;
}

/// Bᵀ d of four packets, in place.
template <class P>
NORMA_ALWAYS_INLINE inline void transform_inputs(P& a, P& b, P& c, P& d) {
    const P sum = simd::add(b, c);
    const P difference = simd::subtract(c, b);
    a = simd::subtract(a, c);
    d = simd::subtract(b, d);
    b = sum;
    c = difference;
}

/// Bᵀ d B of tiles [first, first + count). Writes (`=`) `v`.
template <class T>
NORMA_NOINLINE inline void winograd_input(const WinogradSum& s, const T* source, long long source_image, const T* zeros,
                                          const Elements<T>& v, int first, int count) {
    using P = simd::Widest<T>;
    for (int t = 0; t < count; ++t) {
        const Tile tile = s.tile(first + t);
        const T* const image = source + tile.image * source_image;
        std::array<const T*, winograd_elements> pixels;
        for (int k = 0; k < winograd_elements; ++k) {
            const int y = tile.row - s.padding.height + k / 4;
            const int x = tile.column - s.padding.width + k % 4;
            const bool inside = y >= 0 && y < s.source.height && x >= 0 && x < s.source.width;
            pixels[std::size_t(k)] =
                inside ? image + (static_cast<long long>(y) * s.source.width + x) * s.source_pitch : zeros;
        }
        for (int c = 0; c < s.source.channels; c += P::lanes) {
            P d[winograd_elements];
            NORMA_UNROLL
            for (int k = 0; k < winograd_elements; ++k) d[k] = simd::load<P>(pixels[std::size_t(k)] + c);
            NORMA_UNROLL
            for (int k = 0; k < 4; ++k) transform_inputs(d[k], d[4 + k], d[8 + k], d[12 + k]);
            NORMA_UNROLL
            for (int k = 0; k < 4; ++k) transform_inputs(d[4 * k], d[4 * k + 1], d[4 * k + 2], d[4 * k + 3]);
            T* const to = v.at(t, c);
            NORMA_UNROLL
            for (int k = 0; k < winograd_elements; ++k) simd::store(to + k * v.element, d[k]);
        }
    }
}

/// y = Aᵀ m A of one tile and packet, whose elements are `element` numbers apart.
template <class P>
NORMA_ALWAYS_INLINE inline void output_of_elements(const typename P::Scalar* m, long long element, P (&y)[2][2]) {
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

/// A dy Aᵀ of tiles [first, first + count) of the target's gradient. Writes (`=`) `d`.
template <class T>
NORMA_NOINLINE inline void winograd_output_gradient(const WinogradSum& s, const T* dy, long long dy_image,
                                                    const T* zeros, const Elements<T>& d, int first, int count) {
    using P = simd::Widest<T>;
    const P zero = simd::set<P>(T(0));
    for (int t = 0; t < count; ++t) {
        const Tile tile = s.tile(first + t);
        const T* const image = dy + tile.image * dy_image;
        std::array<const T*, 4> pixels;
        for (int k = 0; k < 4; ++k) {
            const int y = tile.row + k / 2;
            const int x = tile.column + k % 2;
            const bool inside = y < s.target.height && x < s.target.width;
            pixels[std::size_t(k)] =
                inside ? image + (static_cast<long long>(y) * s.target.width + x) * s.target_pitch : zeros;
        }
        for (int c = 0; c < s.target.channels; c += P::lanes) {
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
            T* const to = d.at(t, c);
            NORMA_UNROLL
            for (int k = 0; k < 4; ++k) {
                simd::store(to + k * d.element, rows[0][k]);
                simd::store(to + (4 + k) * d.element, simd::add(rows[0][k], rows[1][k]));
                simd::store(to + (8 + k) * d.element, simd::subtract(rows[0][k], rows[1][k]));
                simd::store(to + (12 + k) * d.element, simd::subtract(zero, rows[1][k]));
            }
        }
    }
}

/// Calls `write(e, value)` with the elements of G g Gᵀ. `w` is the packet of tap 0, and `tap` numbers are from one tap
/// to the next.
template <class P, class Write>
NORMA_ALWAYS_INLINE inline void weights_of_taps(const typename P::Scalar* w, long long tap, const Write& write) {
    const P half = simd::set<P>(typename P::Scalar(0.5));
    const auto transform = [&](const P& a, const P& b, const P& c, P(&to)[4]) NORMA_ALWAYS_INLINE {
        const P ends = simd::multiply(half, simd::add(a, c));
        const P middle = simd::multiply(half, b);
        to[0] = a;
        to[1] = simd::add(ends, middle);
        to[2] = simd::subtract(ends, middle);
        to[3] = c;
    };
    P columns[3][4];
    NORMA_UNROLL
    for (int x = 0; x < 3; ++x) {
        transform(simd::load<P>(w + x * tap), simd::load<P>(w + (3 + x) * tap), simd::load<P>(w + (6 + x) * tap),
                  columns[x]);
    }
    NORMA_UNROLL
    for (int r = 0; r < 4; ++r) {
        P row[4];
        transform(columns[0][r], columns[1][r], columns[2][r], row);
        NORMA_UNROLL
        for (int k = 0; k < 4; ++k) write(4 * r + k, row[k]);
    }
}

/// g = Gᵀ u G of one packet, whose elements are `element` numbers apart.
template <class P>
NORMA_ALWAYS_INLINE inline void taps_of_elements(const typename P::Scalar* u, long long element, P (&g)[3][3]) {
    const P half = simd::set<P>(typename P::Scalar(0.5));
    const auto transform = [&](const P& a, const P& b, const P& c, const P& d, P(&to)[3]) NORMA_ALWAYS_INLINE {
        const P ends = simd::multiply(half, simd::add(b, c));
        to[0] = simd::add(a, ends);
        to[1] = simd::multiply(half, simd::subtract(b, c));
        to[2] = simd::add(ends, d);
    };
    P columns[4][3];
    NORMA_UNROLL
    for (int k = 0; k < 4; ++k) {
        transform(simd::load<P>(u + k * element), simd::load<P>(u + (4 + k) * element),
                  simd::load<P>(u + (8 + k) * element), simd::load<P>(u + (12 + k) * element), columns[k]);
    }
    NORMA_UNROLL
    for (int y = 0; y < 3; ++y) transform(columns[0][y], columns[1][y], columns[2][y], columns[3][y], g[y]);
}

}  // namespace norma::inline NORMA_TARGET::kernels::detail
