#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/write.hpp"

/// Copies of parts of an image, and the gradients of such copies. Sizes are arguments, not template constants: a copy
/// waits for memory, so the same few functions serve all layers.
namespace norma::inline NORMA_TARGET::kernels {

/// Copies the first `channels` channels of each pixel: y[p, c] = x[p, c]. The arrays have `x_pitch` and `y_pitch`
/// numbers per pixel, so either can be a slice of the channels of a wider image. Writes (`=`) or adds to (`+=`) `y` as
/// `W` says; does not touch what is between the pixels.
template <class T, Write W>
NORMA_NOINLINE inline void copy_channels(const T* x, int x_pitch, int pixels, int channels, T* y, int y_pitch) {
    for (int p = 0; p < pixels; ++p) {
        simd::for_each_narrowing_packet<T>(channels, [&]<class P>(std::size_t c) NORMA_ALWAYS_INLINE {
            const P value = simd::load<P>(x + c);
            simd::store(y + c, W == Write::add ? simd::add(simd::load<P>(y + c), value) : value);
        });
        x += x_pitch;
        y += y_pitch;
    }
}

/// A part of an image, or an image in a frame of zeros: y[i, j, c] = x[top + i·stride, left + j·stride, first + c], and
/// 0 where x has no such number. `top`, `left` and `first` may be negative.
struct Slice {
    Extent input;          ///< of one sample
    Extent output;         ///< of one sample
    Size stride{};         ///< of the rows and columns that are read
    int top = 0;           ///< the row of the input that is the first of the output
    int left = 0;          ///< likewise the column
    int first = 0;         ///< likewise the channel
    int input_pitch = 0;   ///< from one pixel of the input to the next, if it is itself a slice; 0: its channels
    int output_pitch = 0;  ///< the same of the output

    /// Distance from one pixel of the input to the next.
    constexpr int input_step() const { return input_pitch != 0 ? input_pitch : input.channels; }
    /// Distance from one pixel of the output to the next.
    constexpr int output_step() const { return output_pitch != 0 ? output_pitch : output.channels; }

    friend constexpr bool operator==(const Slice&, const Slice&) = default;
};

namespace detail {
/// Calls `f(input offset, output offset)` for each pixel of the output that the input has, at the first channel that
/// both have; returns how many channels that is.
template <class F>
NORMA_INLINE inline void for_each_pixel_of_both(const Slice& s, int channels, F&& f) {
    if (channels <= 0) return;
    const int from = std::max(0, s.first);
    const int to = std::max(0, -s.first);
    for (int i = 0; i < s.output.height; ++i) {
        const int y = s.top + i * s.stride.height;
        if (y < 0 || y >= s.input.height) continue;
        for (int j = 0; j < s.output.width; ++j) {
            const int x = s.left + j * s.stride.width;
            if (x < 0 || x >= s.input.width) continue;
            f((y * s.input.width + x) * s.input_step() + from, (i * s.output.width + j) * s.output_step() + to);
        }
    }
}
/// x = 0, for an image with `step` numbers from one pixel to the next.
template <class T>
inline void clear(Extent image, int step, T* x) {
    for (int pixel = 0; pixel < image.pixels(); ++pixel) std::fill_n(x + pixel * step, image.channels, T(0));
}
/// Channels that both have.
constexpr int channels_of_both(const Slice& s) {
    return std::min(s.input.channels, s.first + s.output.channels) - std::max(0, s.first);
}
/// Is every number of the output a number of the input?
constexpr bool is_inside(const Slice& s) {
    return s.top >= 0 && s.left >= 0 && s.first >= 0 && s.first + s.output.channels <= s.input.channels &&
           s.top + (s.output.height - 1) * s.stride.height < s.input.height &&
           s.left + (s.output.width - 1) * s.stride.width < s.input.width;
}
}  // namespace detail

/// Writes (`=`) `y`, the slice of `x`.
template <class T>
inline void slice(const Slice& s, const T* x, T* y) {
    if (!detail::is_inside(s)) detail::clear(s.output, s.output_step(), y);
    const int channels = detail::channels_of_both(s);
    detail::for_each_pixel_of_both(s, channels, [&](int in, int out) NORMA_ALWAYS_INLINE {
        copy_channels<T, Write::assign>(x + in, 0, 1, channels, y + out, 0);
    });
}

/// dx = dy where the slice took the number, else 0. Writes (`=`) or adds to (`+=`) `dx` as `W` says.
template <class T, Write W>
inline void slice_gradient(const Slice& s, const T* dy, T* dx) {
    if constexpr (W == Write::assign) detail::clear(s.input, s.input_step(), dx);
    const int channels = detail::channels_of_both(s);
    detail::for_each_pixel_of_both(s, channels, [&](int in, int out) NORMA_ALWAYS_INLINE {
        copy_channels<T, W>(dy + out, 0, 1, channels, dx + in, 0);
    });
}

/// `count` matrices, each transposed: y[n, j, i] = x[n, i, j] with i below `rows` and j below `columns`. Writes (`=`)
/// or adds to (`+=`) `y` as `W` says. The gradient is the same with rows and columns exchanged.
template <class T, Write W>
inline void transpose(int count, int rows, int columns, const T* x, T* y) {
    for (int n = 0; n < count; ++n) {
        for (int j = 0; j < columns; ++j) {
            for (int i = 0; i < rows; ++i) {
                T& to = y[j * rows + i];
                to = W == Write::add ? to + x[i * columns + j] : x[i * columns + j];
            }
        }
        x += rows * columns;
        y += rows * columns;
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
