#pragma once

#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

/// Loops of a length that the compiler knows.
namespace norma::inline NORMA_TARGET::simd {

namespace detail {
/// Calls `f` with each `First + Index`, an integral constant. It is no lambda: a closure type is compiled too.
template <int First, class F, int... Index>
NORMA_ALWAYS_INLINE inline void call_each(F& f, std::integer_sequence<int, Index...>) {
    (f(std::integral_constant<int, First + Index>{}), ...);
}
/// `unroll` for Index in [First, First + Count). Clang allows at most 256 calls in one expression.
template <int First, int Count, class F>
NORMA_ALWAYS_INLINE inline void unroll_from(F& f) {
    constexpr int most = 64;
    if constexpr (Count > most) {
        unroll_from<First, Count / 2>(f);
        unroll_from<First + Count / 2, Count - Count / 2>(f);
    } else {
        call_each<First>(f, std::make_integer_sequence<int, Count>{});
    }
}
}  // namespace detail

/// Calls `f(std::integral_constant<int, Index>)` for Index in [0, N): a loop whose index is a constant. Each call is
/// compiled: for short loops.
template <int N, class F>
NORMA_ALWAYS_INLINE inline void unroll(F&& f) {
    if constexpr (N <= 64) {
        detail::call_each<0>(f, std::make_integer_sequence<int, N>{});
    } else {
        detail::unroll_from<0, N>(f);
    }
}

/// Cuts `Count` numbers into `Pieces` pieces of about the same size and calls `f(first, count)` for each, in order:
/// `count` is an integral constant. More than four are a loop, in which each of the two sizes is compiled once.
template <int Count, int Pieces, class F>
NORMA_ALWAYS_INLINE inline void for_each_piece(F&& f) {
    constexpr int shorter = Count / Pieces;
    if constexpr (Pieces == 1) {
        f(0, std::integral_constant<int, Count>{});
    } else if constexpr (Pieces <= 4) {
        unroll<Pieces>([&](auto piece) NORMA_ALWAYS_INLINE {
            constexpr int first = piece * Count / Pieces;
            f(first, std::integral_constant<int, (piece + 1) * Count / Pieces - first>{});
        });
    } else {
        for (int piece = 0, first = 0; piece < Pieces; ++piece) {
            const int end = static_cast<int>((piece + 1ll) * Count / Pieces);
            if constexpr (Count % Pieces != 0) {
                if (end - first > shorter) {
                    f(first, std::integral_constant<int, shorter + 1>{});
                    first = end;
                    continue;
                }
            }
            f(first, std::integral_constant<int, shorter>{});
            first = end;
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::simd
