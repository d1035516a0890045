#pragma once

#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_math.hpp"
#include "norma/kernels/write.hpp"

/// Softmax over the channels of each pixel of an H×W×C image.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// The largest of `Count` neighbouring numbers; NaN if one is NaN.
template <class T, int Count>
NORMA_INLINE inline T largest_of(const T* x) {
    T largest = x[0];
    simd::for_each_run<T, Count, 4>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
        P most = simd::load<P>(x + first);
        NORMA_UNROLL
        for (int n = 1; n < Packets; ++n) most = simd::maximum(most, simd::load<P>(x + first + n * P::lanes));
        T lanes[std::size_t(P::lanes)];
        simd::store(lanes, most);
        for (const T lane : lanes) largest = lane <= largest ? largest : lane;
    });
    return largest;
}

}  // namespace detail

/// y[p, c] = exp(x[p, c] − m[p]) / Σ_k exp(x[p, k] − m[p]) with m[p] the largest x[p, ·]; NaN in a pixel makes all of
/// the pixel NaN. Writes (`=`) `y`.
template <class T, Extent E>
inline void softmax(const T* x, T* y) {
    for (int pixel = 0; pixel < E.pixels(); ++pixel, x += E.channels, y += E.channels) {
        const T largest = detail::largest_of<T, E.channels>(x);
        T total = 0;
        simd::for_each_run<T, E.channels, 4>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
            P sum = simd::set<P>(T(0));
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = first + n * P::lanes;
                const P power =
                    simd::detail::exp_of_negative(simd::subtract(simd::load<P>(x + at), simd::set<P>(largest)));
                simd::store(y + at, power);
                sum = simd::add(sum, power);
            }
            total += simd::sum(sum);
        });
        const T share = 1 / total;
        simd::for_each_run<T, E.channels, 4>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = first + n * P::lanes;
                simd::store(y + at, simd::multiply(simd::load<P>(y + at), simd::set<P>(share)));
            }
        });
    }
}

/// dx[p, c] = y[p, c] · (dy[p, c] − Σ_k y[p, k] · dy[p, k]), the gradient of `softmax` from its output. Writes (`=`) or
/// adds to (`+=`) `dx` as `W` says; `dx` may be `dy`.
template <class T, Extent E, Write W = Write::assign>
inline void softmax_gradient(const T* y, const T* dy, T* dx) {
    for (int pixel = 0; pixel < E.pixels(); ++pixel, y += E.channels, dy += E.channels, dx += E.channels) {
        T product = 0;
        simd::for_each_run<T, E.channels, 4>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
            P sum = simd::set<P>(T(0));
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = first + n * P::lanes;
                sum = simd::multiply_add(simd::load<P>(y + at), simd::load<P>(dy + at), sum);
            }
            product += simd::sum(sum);
        });
        simd::for_each_run<T, E.channels, 4>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                const int at = first + n * P::lanes;
                const P rest = simd::subtract(simd::load<P>(dy + at), simd::set<P>(product));
                const P part = simd::multiply(simd::load<P>(y + at), rest);
                simd::store(dx + at, W == Write::add ? simd::add(simd::load<P>(dx + at), part) : part);
            }
        });
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
