#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// to = from, `count` numbers of another type: from bfloat16 exactly, to bfloat16 rounded to the nearest, of two the
/// even one. Writes (`=`) `to`.
template <class From, class To>
NORMA_NOINLINE inline void convert(const From* from, long long count, To* to) {
    if constexpr (std::is_same_v<From, To>) {
        std::copy_n(from, count, to);
    } else {
        simd::for_each_packet<float>(std::size_t(count), [&]<class P>(std::size_t k) NORMA_ALWAYS_INLINE {
            simd::store(to + k, simd::load<P>(from + k));
        });
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
