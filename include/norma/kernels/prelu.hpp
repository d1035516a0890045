#pragma once

#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/multiply.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/write.hpp"

/// PReLU: x where x > 0, else slope · x, with one learned slope or one per channel. An image of `size` numbers has
/// `slopes` slopes: number i has slope i mod `slopes`. Sizes are arguments, as these loops wait for memory.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {
/// Calls `f.operator()<P>(i, slope)` for the packets from number i on, with their slopes.
template <class T, class F>
NORMA_INLINE inline void for_each_sloped_packet(const T* slope, int slopes, int size, F&& f) {
    if (slopes == 1) {
        simd::for_each_narrowing_packet<T>(size, [&]<class P>(std::size_t i) NORMA_ALWAYS_INLINE {
            f.template operator()<P>(i, simd::set<P>(slope[0]));
        });
        return;
    }
    for (int first = 0; first < size; first += slopes) {
        simd::for_each_narrowing_packet<T>(slopes, [&]<class P>(std::size_t c) NORMA_ALWAYS_INLINE {
            f.template operator()<P>(static_cast<std::size_t>(first) + c, simd::load<P>(slope + c));
        });
    }
}
}  // namespace detail

/// y = x where x > 0, else slope · x. Writes (`=`) `y`.
template <class T>
inline void prelu(const T* x, const T* slope, int slopes, int size, T* y) {
    detail::for_each_sloped_packet(slope, slopes, size, [&]<class P>(std::size_t i, const P& a) NORMA_ALWAYS_INLINE {
        const P v = simd::load<P>(x + i);
        simd::store(y + i, simd::where_less(simd::set<P>(0), v, v, simd::multiply(v, a)));
    });
}

/// dx = dy where x > 0, else slope · dy. Writes (`=`) or adds to (`+=`) `dx` as `W` says. `dx` may be the array `dy`.
template <class T, Write W>
inline void prelu_gradient(const T* x, const T* slope, int slopes, int size, const T* dy, T* dx) {
    detail::for_each_sloped_packet(slope, slopes, size, [&]<class P>(std::size_t i, const P& a) NORMA_ALWAYS_INLINE {
        const P factor = simd::where_less(simd::set<P>(0), simd::load<P>(x + i), simd::set<P>(1), a);
        detail::write_product<W>(simd::load<P>(dy + i), factor, dx + i);
    });
}

/// The gradient of the slopes: adds (`+=`) Σ dy · min(x, 0) over the numbers of each slope to `slope_gradient`.
template <class T>
inline void prelu_slope_gradient(const T* x, const T* dy, int slopes, int size, T* slope_gradient) {
    const auto add = [&]<class P>(P& sum, std::size_t i) NORMA_ALWAYS_INLINE {
        sum = simd::multiply_add(simd::load<P>(dy + i), simd::at_most(simd::load<P>(x + i), 0), sum);
    };
    if (slopes > 1) {
        detail::sum_channels<T, Write::add>(size / slopes, slopes, slope_gradient, add);
        return;
    }
    // A row of 64 numbers is as 64 channels, of which each has a sum.
    constexpr int row = 64;
    T sums[row] = {};
    detail::sum_channels<T, Write::assign>(size / row, row, sums, add);
    T sum = 0;
    for (const T part : sums) sum += part;
    for (int i = size / row * row; i < size; ++i) {
        simd::Packet<T, 1> rest{0};
        add(rest, static_cast<std::size_t>(i));
        sum += rest.value;
    }
    slope_gradient[0] += sum;
}

}  // namespace norma::inline NORMA_TARGET::kernels
