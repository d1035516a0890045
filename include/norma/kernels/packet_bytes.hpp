#pragma once

#include <cstdint>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"

/// Packets of small whole numbers, kept in memory as bytes.
namespace norma::inline NORMA_TARGET::simd {

/// Whole numbers from 0 to 255, from the bytes at `from`, one for each lane.
template <class P>
NORMA_INLINE inline P load_bytes(const std::uint8_t* from) {
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))))};
    }
#endif
#if defined(EIGEN_VECTORIZE_AVX2)
    if constexpr (std::is_same_v<typename P::Scalar, float> && P::lanes == 8) {
        return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))))};
    }
#endif
    typename P::Scalar numbers[P::lanes];
    for (int i = 0; i < P::lanes; ++i) numbers[i] = static_cast<typename P::Scalar>(from[i]);
    return load<P>(numbers);
}
/// Writes (`=`) whole numbers from 0 to 255 as bytes, one for each lane.
template <class P>
NORMA_INLINE inline void store_bytes(std::uint8_t* to, const P& a) {
#if defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (detail::has_masks<P>) {
        return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(a.value)));
    }
#endif
#if defined(EIGEN_VECTORIZE_AVX2)
    if constexpr (std::is_same_v<typename P::Scalar, float> && P::lanes == 8) {
        const __m256i words = _mm256_cvttps_epi32(a.value);
        const __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        return _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(halves, halves));
    }
#endif
    typename P::Scalar numbers[P::lanes];
    store(numbers, a);
    for (int i = 0; i < P::lanes; ++i) to[i] = static_cast<std::uint8_t>(numbers[i]);
}

}  // namespace norma::inline NORMA_TARGET::simd
