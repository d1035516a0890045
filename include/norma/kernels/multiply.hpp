#pragma once

#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/write.hpp"

/// Products of elements, and of elements with a number per channel. Sizes are arguments, not template constants: these
/// loops wait for memory, so the same few functions serve all layers. An output may be the array of an input of the
/// same size.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {
template <Write W, class P>
NORMA_INLINE inline void write_product(const P& a, const P& b, typename P::Scalar* y) {
    simd::store(y, W == Write::add ? simd::multiply_add(a, b, simd::load<P>(y)) : simd::multiply(a, b));
}

/// Sums over the pixels of each channel, in four partial sums. `add(part, i)` adds the terms of a packet from number i
/// on to `part`. Writes (`=`) or adds to (`+=`) `sum` as `W` says.
template <class T, Write W, class Add>
NORMA_INLINE inline void sum_channels(int pixels, int channels, T* sum, const Add& add) {
    simd::for_each_narrowing_packet<T>(channels, [&]<class P>(std::size_t c) NORMA_ALWAYS_INLINE {
        P parts[4] = {simd::set<P>(0), simd::set<P>(0), simd::set<P>(0), simd::set<P>(0)};
        const auto at = [&](int p) NORMA_ALWAYS_INLINE {
            return static_cast<std::size_t>(p) * static_cast<std::size_t>(channels) + c;
        };
        int p = 0;
        for (; p + 4 <= pixels; p += 4) {
            NORMA_UNROLL
            for (int k = 0; k < 4; ++k) add(parts[k], at(p + k));
        }
        for (; p < pixels; ++p) add(parts[0], at(p));
        const P all = simd::add(simd::add(parts[0], parts[1]), simd::add(parts[2], parts[3]));
        simd::store(sum + c, W == Write::add ? simd::add(simd::load<P>(sum + c), all) : all);
    });
}
}  // namespace detail

/// y[i] = a[i] · b[i], `size` numbers. Writes (`=`) or adds to (`+=`) `y` as `W` says.
template <class T, Write W>
inline void multiply(const T* a, const T* b, int size, T* y) {
    simd::for_each_narrowing_packet<T>(size, [&]<class P>(std::size_t i) NORMA_ALWAYS_INLINE {
        detail::write_product<W>(simd::load<P>(a + i), simd::load<P>(b + i), y + i);
    });
}

/// y[i] = factor · x[i], `size` numbers. Writes (`=`) or adds to (`+=`) `y` as `W` says.
template <class T, Write W>
inline void scale(T factor, const T* x, int size, T* y) {
    simd::for_each_narrowing_packet<T>(size, [&]<class P>(std::size_t i) NORMA_ALWAYS_INLINE {
        detail::write_product<W>(simd::set<P>(factor), simd::load<P>(x + i), y + i);
    });
}

/// y[p, c] = x[p, c] · factor[c]. Writes (`=`) or adds to (`+=`) `y` as `W` says.
template <class T, Write W>
inline void multiply_channels(const T* x, const T* factor, int pixels, int channels, T* y) {
    for (int p = 0; p < pixels; ++p) multiply<T, W>(x + p * channels, factor, channels, y + p * channels);
}

/// sum[c] = Σ a[p, c] · b[p, c] over the pixels p, in four partial sums. Writes (`=`) or adds to (`+=`) `sum` as `W`
/// says.
template <class T, Write W>
inline void sum_channel_products(const T* a, const T* b, int pixels, int channels, T* sum) {
    detail::sum_channels<T, W>(pixels, channels, sum, [&]<class P>(P& part, std::size_t i) NORMA_ALWAYS_INLINE {
        part = simd::multiply_add(simd::load<P>(a + i), simd::load<P>(b + i), part);
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
