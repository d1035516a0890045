#pragma once

#include <cstddef>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/unroll.hpp"

/// Loops over neighbouring numbers in packets.
namespace norma::inline NORMA_TARGET::simd {

namespace detail {
template <class P, int First, int Count, int Most, class F>
NORMA_INLINE inline void blocks(F&& f) {
    constexpr int packets = Count / P::lanes;
    if constexpr (packets > 0 && packets <= Most) {
        f.template operator()<P, packets>(First);
    } else if constexpr (packets > 0) {
        for_each_piece<packets, (packets + Most - 1) / Most>([&](int packet, auto count) NORMA_ALWAYS_INLINE {
            f.template operator()<P, count>(First + packet * P::lanes);
        });
    }
    constexpr int rest = Count - packets * P::lanes;
    if constexpr (rest > 0) blocks<Narrower<P>, First + packets * P::lanes, rest, Most>(std::forward<F>(f));
}
}  // namespace detail

/// Cuts `Count` neighbouring numbers of type `T` into runs of at most `Most` packets, the widest first, the last ones
/// scalars, and calls `f.operator()<P, N>(first)` for each run: `N` packets of type `P` from number `first` on.
template <class T, int Count, int Most, class F>
NORMA_INLINE inline void for_each_run(F&& f) {
    detail::blocks<Widest<T>, 0, Count, Most>(std::forward<F>(f));
}

/// For a `count` that is known only at run time: calls `f.operator()<P>(first)` for one packet after another of the
/// widest type, then for the rest as scalars.
template <class T, class F>
NORMA_INLINE inline void for_each_packet(std::size_t count, F&& f) {
    // In this form GCC knows the number of turns; else it warns of a loop without end where `count` is a constant.
    const std::size_t whole = count - count % Widest<T>::lanes;
    for (std::size_t i = 0; i < whole; i += Widest<T>::lanes) f.template operator()<Widest<T>>(i);
    for (std::size_t i = whole; i < count; ++i) f.template operator()<Packet<ScalarOf<T>, 1>>(i);
}

namespace detail {
template <class P, class F>
NORMA_INLINE inline void packets_from(std::size_t first, std::size_t count, F& f) {
    for (; first + P::lanes <= count; first += P::lanes) f.template operator()<P>(first);
    if constexpr (P::lanes > 1) packets_from<Narrower<P>>(first, count, f);
}
}  // namespace detail

/// The same with the rest in narrower and narrower packets, the last ones scalars: for a small `count`, such as that of
/// channels.
template <class T, class F>
NORMA_INLINE inline void for_each_narrowing_packet(int count, F&& f) {
    detail::packets_from<Widest<T>>(0, static_cast<std::size_t>(count), f);
}

}  // namespace norma::inline NORMA_TARGET::simd
