#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/interval.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"
#include "norma/kernels/packet_bytes.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/write.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// Pooling over windows of kernel height × width. Padding is never the maximum, and counts as zeros in a mean (as
/// PyTorch's `count_include_pad=True` does). The input and the output may be slices of the channels of wider images:
/// the pitch is the distance in numbers from one pixel to the next, and 0 stands for the number of channels. It is that
/// of the gradients too.
struct Pooling {
    Extent input;   ///< of one sample
    Extent output;  ///< of one sample
    Size kernel{};
    Size stride{};
    Size padding{0, 0};    ///< before the first row and column, and after the last
    int input_pitch = 0;   ///< from one pixel of the input to the next
    int output_pitch = 0;  ///< from one pixel of the output to the next

    /// Distance from one pixel of the input to the next.
    constexpr int input_step() const { return input_pitch != 0 ? input_pitch : input.channels; }
    /// Distance from one pixel of the output to the next.
    constexpr int output_step() const { return output_pitch != 0 ? output_pitch : output.channels; }
    /// Is every input pixel in exactly one window? Then gradients are written, not added up.
    constexpr bool tiles_input() const {
        return padding == Size{0, 0} && kernel == stride && output.height * stride.height == input.height &&
               output.width * stride.width == input.width;
    }
    /// Is an input pixel in several windows?
    constexpr bool overlaps() const { return kernel.height > stride.height || kernel.width > stride.width; }
    friend constexpr bool operator==(const Pooling&, const Pooling&) = default;
};

namespace detail {

/// Calls `f(offset of the output pixel, rows, columns)` for every output pixel, with the rows and columns of its window
/// that are inside the input.
template <Pooling L, class F>
NORMA_INLINE inline void for_each_window(F&& f) {
    for (int y = 0; y < L.output.height; ++y) {
        const int top = y * L.stride.height - L.padding.height;
        const Interval rows{std::max(0, top), std::min(L.input.height, top + L.kernel.height)};
        for (int x = 0; x < L.output.width; ++x) {
            const int left = x * L.stride.width - L.padding.width;
            const Interval columns{std::max(0, left), std::min(L.input.width, left + L.kernel.width)};
            f((y * L.output.width + x) * L.output_step(), rows, columns);
        }
    }
}

/// Calls `tap(offset of the input pixel)` for the pixels of a window, row by row. Only small windows are unrolled,
/// since each tap is compiled.
template <Pooling L, class F>
NORMA_INLINE inline void for_each_tap(Interval rows, Interval columns, F&& tap) {
    if constexpr (L.tiles_input() && L.kernel.pixels() <= 16) {
        simd::unroll<L.kernel.height>([&](auto dy) NORMA_ALWAYS_INLINE {
            simd::unroll<L.kernel.width>([&](auto dx) NORMA_ALWAYS_INLINE {
                tap(((rows.begin + dy) * L.input.width + columns.begin + dx) * L.input_step());
            });
        });
    } else {
        for (int y = rows.begin; y < rows.end; ++y) {
            for (int x = columns.begin; x < columns.end; ++x) tap((y * L.input.width + x) * L.input_step());
        }
    }
}

/// How a window stores its part of dx. It writes (`=`) if every input pixel is in exactly one window and the caller
/// wants dx written. Else it adds (`+=`), and `clear_if_added` sets dx to 0 before, unless the caller wants it added
/// to.
template <Pooling L, Write W>
inline constexpr Write window_write = W == Write::assign && L.tiles_input() ? Write::assign : Write::add;

template <class T, Pooling L, Write W>
inline void clear_if_added(T* dx) {
    if constexpr (window_write<L, W> == Write::add && W == Write::assign) {
        for (int pixel = 0; pixel < L.input.pixels(); ++pixel) {
            std::fill_n(dx + pixel * L.input_step(), L.input.channels, T(0));
        }
    }
}

/// The first mark of the output pixel at `out`: marks are one after another, also those of a slice.
template <Pooling L>
constexpr int mark_of(int out) {
    return L.output_pitch == 0 ? out : out / L.output_pitch * L.output.channels;
}

template <Write W, class T, class P>
NORMA_INLINE inline void write(T* to, const P& value) {
    simd::store(to, W == Write::add ? simd::add(simd::load<P>(to), value) : value);
}

}  // namespace detail

/// y = the largest x of each window, NaN if the window has one. Writes (`=`) `y`.
template <class T, Pooling L>
inline void max_pool(const T* x, T* y) {
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            P best[std::size_t(Packets)];
            const int first = (rows.begin * L.input.width + columns.begin) * L.input_step() + channel;
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) best[n] = simd::load<P>(x + first + n * P::lanes);
            detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    best[n] = simd::maximum(best[n], simd::load<P>(x + in + channel + n * P::lanes));
                }
            });
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) simd::store(y + out + channel + n * P::lanes, best[n]);
        });
    });
}

/// dx = dy at the first element of each window, row by row, that equals the window's maximum `y` (PyTorch's choice),
/// and 0 elsewhere; where windows overlap, the sum. Writes (`=`) or adds to (`+=`) `dx` as `W` says.
template <class T, Pooling L, Write W = Write::assign>
inline void max_pool_gradient(const T* x, const T* y, const T* dy, T* dx) {
    detail::clear_if_added<T, L, W>(dx);
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            P largest[std::size_t(Packets)];
            P gradient[std::size_t(Packets)];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                largest[n] = simd::load<P>(y + out + channel + n * P::lanes);
                gradient[n] = simd::load<P>(dy + out + channel + n * P::lanes);
            }
            detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const int at = in + channel + n * P::lanes;
                    const P here = simd::equal(simd::load<P>(x + at), largest[n]);
                    const P part = simd::keep(here, gradient[n]);
                    detail::write<detail::window_write<L, W>>(dx + at, part);
                    gradient[n] = simd::drop(here, gradient[n]);  // only the first one gets it
                }
            });
        });
    });
}

/// Can a byte tell which tap of a window is the largest?
constexpr bool has_marks(const Pooling& l) { return l.kernel.pixels() <= 256; }

/// `max_pool` that also writes (`=`) to `marks`, for each number of `y`, which tap of its window is the largest: the
/// first such, counted from 0 over the window's taps inside the image, row by row. Of a window with NaN it is any.
template <class T, Pooling L>
inline void marked_max_pool(const T* x, T* y, std::uint8_t* marks) {
    static_assert(has_marks(L));
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            P best[std::size_t(Packets)];
            P mark[std::size_t(Packets)];
            const int first = (rows.begin * L.input.width + columns.begin) * L.input_step() + channel;
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                best[n] = simd::load<P>(x + first + n * P::lanes);
                mark[n] = simd::set<P>(0);
            }
            int tap = 0;
            detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const P here = simd::load<P>(x + in + channel + n * P::lanes);
                    mark[n] = simd::where_less(best[n], here, simd::set<P>(static_cast<ScalarOf<T>>(tap)), mark[n]);
                    best[n] = simd::maximum(best[n], here);
                }
                ++tap;
            });
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = out + channel + n * P::lanes;
                simd::store(y + at, best[n]);
                simd::store_bytes(marks + detail::mark_of<L>(out) + channel + n * P::lanes, mark[n]);
            }
        });
    });
}

/// dx = dy at the tap of each window that `marks` tells, and 0 elsewhere; where windows overlap, the sum. Writes (`=`)
/// or adds to (`+=`) `dx` as `W` says.
template <class T, Pooling L, Write W = Write::assign>
inline void marked_max_pool_gradient(const std::uint8_t* marks, const T* dy, T* dx) {
    detail::clear_if_added<T, L, W>(dx);
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            P mark[std::size_t(Packets)];
            P gradient[std::size_t(Packets)];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = out + channel + n * P::lanes;
                mark[n] = simd::load_bytes<P>(marks + detail::mark_of<L>(out) + channel + n * P::lanes);
                gradient[n] = simd::load<P>(dy + at);
            }
            int tap = 0;
            detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    const P part = simd::where_equal(mark[n], simd::set<P>(static_cast<ScalarOf<T>>(tap)), gradient[n],
                                                     simd::set<P>(0));
                    detail::write<detail::window_write<L, W>>(dx + in + channel + n * P::lanes, part);
                }
                ++tap;
            });
        });
    });
}

/// y = the mean of each window. Writes (`=`) `y`.
template <class T, Pooling L>
inline void average_pool(const T* x, T* y) {
    constexpr auto share = ScalarOf<T>(1) / static_cast<ScalarOf<T>>(L.kernel.pixels());
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            P total[std::size_t(Packets)];
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) total[n] = simd::set<P>(ScalarOf<T>(0));
            detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                NORMA_UNROLL
                for (int n = 0; n < Packets; ++n) {
                    total[n] = simd::add(total[n], simd::load<P>(x + in + channel + n * P::lanes));
                }
            });
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                simd::store(y + out + channel + n * P::lanes, simd::multiply(total[n], simd::set<P>(share)));
            }
        });
    });
}

/// dx = dy / number of taps, at every element of the window; where windows overlap, the sum. Writes (`=`) or adds to
/// (`+=`) `dx` as `W` says.
template <class T, Pooling L, Write W = Write::assign>
inline void average_pool_gradient(const T* dy, T* dx) {
    constexpr auto share = ScalarOf<T>(1) / static_cast<ScalarOf<T>>(L.kernel.pixels());
    detail::clear_if_added<T, L, W>(dx);
    simd::for_each_run<T, L.input.channels, 4>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        detail::for_each_window<L>([&](int out, detail::Interval rows, detail::Interval columns) NORMA_ALWAYS_INLINE {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const P part = simd::multiply(simd::load<P>(dy + out + channel + n * P::lanes), simd::set<P>(share));
                detail::for_each_tap<L>(rows, columns, [&](int in) NORMA_ALWAYS_INLINE {
                    detail::write<detail::window_write<L, W>>(dx + in + channel + n * P::lanes, part);
                });
            }
        });
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
