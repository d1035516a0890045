#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"

/// Packets of bfloat16 numbers: widened to floats, or in pairs. Each lane of a packet of floats then holds the bits of
/// two of them; to load, store and broadcast it is as for floats.
namespace norma::inline NORMA_TARGET::simd {

/// Two neighbouring bfloat16 numbers in memory.
struct Bf16Pair {
    Bf16 first;   ///< in the lower half of a lane
    Bf16 second;  ///< in the upper half
};

namespace detail {

/// The upper halves of the bits of `x`, rounded to the nearest bfloat16, of two the even one; a NaN stays one. The
/// lower halves are 0.
template <class P>
NORMA_INLINE inline Bits<P> bf16_bits(const P& x) {
    const Bits<P> word = bits(x);
    const Bits<P> sign = word & Format<float>::sign;
    const Bits<P> magnitude = word & ~Format<float>::sign;
    // Of the part that is cut off, more than a half rounds up, and a half where the last bit that stays is 1. A NaN is
    // taken for infinity here, because its sum could be too large for an int.
    const Bits<P> number = magnitude > Format<float>::infinity ? magnitude & Format<float>::infinity : magnitude;
    const Bits<P> rounded = (number + 0x7fff + ((number >> 16) & 1)) | sign;
    const Bits<P> quiet = word | 0x400000;
    const Bits<P> chosen = magnitude > Format<float>::infinity ? quiet : rounded;
    return chosen & ~0xffff;
}

/// As many integers of 16 bits as `P` has lanes.
template <class P>
struct HalvesOf {
    typedef std::uint16_t type __attribute__((vector_size(2 * P::lanes)));
};
template <class T>
struct HalvesOf<Packet<T, 1>> {
    using type = std::uint16_t;
};
template <class P>
using Halves = typename HalvesOf<P>::type;

#if defined(__AVX512BF16__) && defined(EIGEN_VECTORIZE_AVX512)
/// Positions 0, 16, 1, 17, …, 15, 31.
inline constexpr std::array<std::uint16_t, 32> alternating = [] {
    std::array<std::uint16_t, 32> positions{};
    for (std::size_t i = 0; i < 32; ++i) positions[i] = static_cast<std::uint16_t>(i / 2 + i % 2 * 16);
    return positions;
}();
#endif

}  // namespace detail

/// `P::lanes` bfloat16 numbers as floats.
template <class P>
NORMA_INLINE inline P load(const Bf16* from) {
#if defined(EIGEN_VECTORIZE_AVX512)  // GCC would convert the halves of the register one after the other
    if constexpr (P::lanes == 16) {
        const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(numbers), 16))};
    }
#endif
#if defined(EIGEN_VECTORIZE_AVX2)
    if constexpr (P::lanes == 8) {
        const __m128i numbers = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(numbers), 16))};
    }
#endif
    detail::Halves<P> halves;
    std::memcpy(&halves, from, sizeof(halves));
    if constexpr (P::lanes == 1) {
        return detail::of_bits<P>(static_cast<detail::Bits<P>>(std::uint32_t(halves) << 16));
    } else {
        return detail::of_bits<P>(__builtin_convertvector(halves, detail::Bits<P>) << 16);
    }
}
/// Writes (`=`) the bfloat16 numbers nearest to those of `value`, of two the even one; a NaN stays one. The instruction
/// takes a subnormal for 0.
template <class P>
NORMA_INLINE inline void store(Bf16* to, const P& value) {
#if defined(__AVX512BF16__) && defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (P::lanes == 16) {
        const auto halves = (__m256i)_mm512_cvtneps_pbh(value.value);
        std::memcpy(to, &halves, sizeof(halves));
        return;
    }
#endif
    if constexpr (P::lanes == 1) {
        *to = Bf16(value.value);
    } else {
        const auto halves = __builtin_convertvector(detail::bf16_bits(value) >> 16, detail::Halves<P>);
        std::memcpy(to, &halves, sizeof(halves));
    }
}
/// All lanes equal to the number at `from`.
template <class P>
NORMA_INLINE inline P broadcast(const typename P::Scalar* from) {
    return set<P>(*from);
}
/// All lanes equal to the pair at `from`.
template <class P>
NORMA_INLINE inline P broadcast(const Bf16Pair* from) {
    float bits;
    std::memcpy(&bits, from, sizeof(bits));
    return set<P>(bits);
}

/// The bits of pairs of numbers that are bfloat16 numbers already: `first` and `second` in each lane.
template <class P>
NORMA_INLINE inline P interleaved(const P& first, const P& second) {
    return detail::of_bits<P>(((detail::bits(first) >> 16) & 0xffff) | detail::bits(second));
}

/// The bits of pairs: each lane has the bfloat16 nearest to `first` and that nearest to `second`.
template <class P>
NORMA_INLINE inline P pairs_of(const P& first, const P& second) {
    static_assert(std::is_same_v<typename P::Scalar, float>);
#if defined(__AVX512BF16__) && defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (P::lanes == 16) {
        const __m512i halves =
            (__m512i)_mm512_cvtne2ps_pbh(second.value, first.value);  // all of `first`, then `second`
        return {_mm512_castsi512_ps(_mm512_permutexvar_epi16(_mm512_loadu_si512(detail::alternating.data()), halves))};
    }
#endif
    return detail::of_bits<P>(((detail::bf16_bits(first) >> 16) & 0xffff) | detail::bf16_bits(second));
}

/// c + a₁ · b₁ + a₂ · b₂ for the pairs (a₁, a₂) and (b₁, b₂) of each lane, the products exact and the sums in float.
/// The instruction takes a subnormal for 0.
template <class P>
NORMA_INLINE inline P dot_pairs(const P& a, const P& b, const P& c) {
    static_assert(std::is_same_v<typename P::Scalar, float>);
#if defined(__AVX512BF16__) && defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (P::lanes == 16) {
#if defined(__clang__)  // Clang 16 crashes at a cast to the type of the intrinsic's arguments
        __m512 sum = c.value;
        asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a.value), "v"(b.value));
        return {sum};
#else
        return {_mm512_dpbf16_ps(c.value, (__m512bh)a.value, (__m512bh)b.value)};
#endif
    }
#if defined(__AVX512VL__)
    if constexpr (P::lanes == 8) {
        __m256 sum = c.value;
        asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a.value), "v"(b.value));
        return {sum};
    }
#endif
#endif
    const auto first = [](const P& x) NORMA_INLINE { return detail::of_bits<P>(detail::bits(x) << 16); };
    const auto second = [](const P& x) NORMA_INLINE { return detail::of_bits<P>(detail::bits(x) & ~0xffff); };
    return multiply_add(second(a), second(b), multiply_add(first(a), first(b), c));
}

}  // namespace norma::inline NORMA_TARGET::simd
