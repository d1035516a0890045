#pragma once

#include <cstddef>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"

/// Interleaved numbers: number j of pixel or channel l is at l · M + j. A packet for each j is one shuffle of registers
/// away.
namespace norma::inline NORMA_TARGET::simd {

namespace detail {

/// `Lane` of packet `Of`.
struct LaneOf {
    int packet;
    int lane;
};

/// The packet whose lane t is the lane `At(t)` of `from`; `lanes` are 0, 1, ….
template <auto At, class P, std::size_t M, int... lanes>
NORMA_INLINE inline P picked(const P (&from)[M], std::integer_sequence<int, lanes...>) {
    auto result = from[0].value;
    const auto take = [&]<int K>() NORMA_INLINE {
        // The first shuffle brings the lanes of packet 0 to their places, the others keep what is there.
        result = __builtin_shufflevector(result, from[std::size_t(K)].value,
                                         (At(lanes).packet == K             ? P::lanes + At(lanes).lane
                                          : K == 1 && At(lanes).packet == 0 ? At(lanes).lane
                                                                            : lanes)...);
    };
    [&]<int... K>(std::integer_sequence<int, K...>)
        NORMA_INLINE { (take.template operator()<K + 1>(), ...); }(std::make_integer_sequence<int, int(M) - 1>());
    return {result};
}

/// Where the lanes of packet `J` come from, if the packets are those of interleaved numbers in memory.
template <class P, int M, int J>
struct Apart {
    static constexpr auto from = [](int lane) { return LaneOf{(lane * M + J) / P::lanes, (lane * M + J) % P::lanes}; };
};
/// Where those of the packet `J` of interleaved numbers come from, one packet for each remainder.
template <class P, int M, int J>
struct Together {
    static constexpr auto from = [](int lane) { return LaneOf{(J * P::lanes + lane) % M, (J * P::lanes + lane) / M}; };
};

/// All packets, whose lanes come from where `Where` says: M − 1 shuffles each.
template <template <class, int, int> class Where, class P, std::size_t M, int... J>
NORMA_INLINE inline void shuffle(const P (&from)[M], P (&to)[M], std::integer_sequence<int, J...>) {
    ((to[J] = picked<Where<P, int(M), J>::from>(from, std::make_integer_sequence<int, P::lanes>())), ...);
}

}  // namespace detail

/// Takes interleaved numbers apart: lane l of `to[j]` is number l · M + j of the packets `from`. Writes (`=`) `to`.
template <class P, std::size_t M>
NORMA_INLINE inline void take_apart(const P (&from)[M], P (&to)[M]) {
    if constexpr (P::lanes == 1 || M == 1) {
        for (std::size_t j = 0; j < M; ++j) to[j] = from[j];
    } else if constexpr (M % 2 == 0 && M > 2) {  // by pairs: log₂ M shuffles a packet, not M − 1
        P halves[2][M / 2], apart[2][M / 2];
        for (std::size_t q = 0; q < M / 2; ++q) {
            const P pair[2] = {from[2 * q], from[2 * q + 1]};
            P both[2];
            take_apart(pair, both);
            halves[0][q] = both[0];
            halves[1][q] = both[1];
        }
        take_apart(halves[0], apart[0]);
        take_apart(halves[1], apart[1]);
        for (std::size_t j = 0; j < M; ++j) to[j] = apart[j % 2][j / 2];
    } else {
        detail::shuffle<detail::Apart>(from, to, std::make_integer_sequence<int, int(M)>());
    }
}

/// The inverse: number l · M + j of the packets `to` is lane l of `from[j]`. Writes (`=`) `to`.
template <class P, std::size_t M>
NORMA_INLINE inline void interleave(const P (&from)[M], P (&to)[M]) {
    if constexpr (P::lanes == 1 || M == 1) {
        for (std::size_t j = 0; j < M; ++j) to[j] = from[j];
    } else if constexpr (M % 2 == 0 && M > 2) {
        P apart[2][M / 2], halves[2][M / 2];
        for (std::size_t j = 0; j < M; ++j) apart[j % 2][j / 2] = from[j];
        interleave(apart[0], halves[0]);
        interleave(apart[1], halves[1]);
        for (std::size_t q = 0; q < M / 2; ++q) {
            const P both[2] = {halves[0][q], halves[1][q]};
            P pair[2];
            interleave(both, pair);
            to[2 * q] = pair[0];
            to[2 * q + 1] = pair[1];
        }
    } else {
        detail::shuffle<detail::Together>(from, to, std::make_integer_sequence<int, int(M)>());
    }
}

/// Loads `M` packets of interleaved numbers: lane l of `to[j]` is from[l · M + j]. Writes (`=`) `to`.
template <class P, std::size_t M>
NORMA_INLINE inline void load_interleaved(const typename P::Scalar* from, P (&to)[M]) {
    P packets[M];
    for (std::size_t j = 0; j < M; ++j) packets[j] = load<P>(from + j * P::lanes);
    take_apart(packets, to);
}

}  // namespace norma::inline NORMA_TARGET::simd
