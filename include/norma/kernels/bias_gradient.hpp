#pragma once

#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// dbias += Σ over pixels of dy, for an H×W×C image `dy` of extent `E` and one number of `dbias` for each channel.
/// `Pitch` is the distance from one pixel of `dy` to the next. Adds to (`+=`) `dbias`.
template <class T, Extent E, int Pitch = E.channels>
inline void bias_gradient(const T* dy, ScalarOf<T>* dbias) {
    simd::for_each_run<T, E.channels, 8>([&]<class P, int Packets>(int channel) NORMA_ALWAYS_INLINE {
        P sums[std::size_t(Packets)];
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) sums[n] = simd::load<P>(dbias + channel + n * P::lanes);
        for (int pixel = 0; pixel < E.pixels(); ++pixel) {
            NORMA_UNROLL
            for (int n = 0; n < Packets; ++n) {
                sums[n] = simd::add(sums[n], simd::load<P>(dy + pixel * Pitch + channel + n * P::lanes));
            }
        }
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) simd::store(dbias + channel + n * P::lanes, sums[n]);
    });
}

}  // namespace norma::inline NORMA_TARGET::kernels
