#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "norma/core/inline.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace norma::inline NORMA_TARGET::kernels {

#if defined(__GNUC__) && (defined(__AVX2__) || defined(__SSE2__))
#define NORMA_WIDE_PHILOX

namespace detail {
/// A register of Philox's 32-bit words, each in the low half of a 64-bit lane; the high halves are ignored. Eigen has
/// no 32 × 32 bit product, and the one that GCC 12 makes from a loop takes three times as long.
#if defined(__AVX512F__)
typedef std::uint64_t Words __attribute__((vector_size(64)));
NORMA_INLINE inline Words multiply_words(Words a, std::uint32_t b) {
    // A mask of all lanes: GCC 12 warns, in its own header, about the form without a mask.
    return reinterpret_cast<Words>(_mm512_maskz_mul_epu32(0xff, reinterpret_cast<__m512i>(a), _mm512_set1_epi64(b)));
}
#elif defined(__AVX2__)
typedef std::uint64_t Words __attribute__((vector_size(32)));
NORMA_INLINE inline Words multiply_words(Words a, std::uint32_t b) {
    return reinterpret_cast<Words>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(b)));
}
#else
typedef std::uint64_t Words __attribute__((vector_size(16)));
NORMA_INLINE inline Words multiply_words(Words a, std::uint32_t b) {
    return reinterpret_cast<Words>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), _mm_set1_epi64x(b)));
}
#endif
inline constexpr int words_lanes = sizeof(Words) / sizeof(std::uint64_t);

/// 0, 1, 2, …, one number per lane.
NORMA_INLINE inline Words word_numbers() {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return Words{std::uint64_t{Index}...};
    }(std::make_index_sequence<words_lanes>{});
}

/// The low halves of all lanes of `a`, then those of `b`. Writes (`=`) `out`.
NORMA_INLINE inline void store_words(Words a, Words b, std::uint32_t* out) {
    typedef std::uint32_t Halves __attribute__((vector_size(sizeof(Words))));
    const Halves low = reinterpret_cast<Halves>(a);
    const Halves high = reinterpret_cast<Halves>(b);
#if defined(__AVX512F__)
    const Halves packed = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#elif defined(__AVX2__)
    const Halves packed = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
#else
    const Halves packed = __builtin_shufflevector(low, high, 0, 2, 4, 6);
#endif
    std::memcpy(out, &packed, sizeof packed);
}
}  // namespace detail
#endif

/// Philox for `Count` successive counters at once: out[w][l] = word `w` of the block of counter first + l (added to its
/// first word), the same as `Philox::block` gives. `Count` is a multiple of 16, the words in two of the widest
/// registers. Writes (`=`) `out`.
template <std::size_t Count>
inline void philox_blocks(Philox::Counter first, Philox::Key key, std::uint32_t (&out)[4][Count]) {
    constexpr int Lanes = int(Count);
    static_assert(Lanes % 16 == 0);
#ifdef NORMA_WIDE_PHILOX
    using detail::Words;
    constexpr int lanes = detail::words_lanes;
    for (int l = 0; l < Lanes; l += 2 * lanes) {
        // Two registers of each word side by side hide the latency of the products.
        Words words[4][2];
        for (int r = 0; r < 2; ++r) {
            words[0][r] = detail::word_numbers() + std::uint64_t{first[0] + static_cast<std::uint32_t>(l + r * lanes)};
            for (int w = 1; w < 4; ++w) words[w][r] = Words{} + std::uint64_t{first[static_cast<std::size_t>(w)]};
        }
        Philox::Key k = key;
        for (int round = 0; round < Philox::rounds; ++round) {
            for (int r = 0; r < 2; ++r) {
                const Words p0 = detail::multiply_words(words[0][r], Philox::multiplier0);
                const Words p1 = detail::multiply_words(words[2][r], Philox::multiplier1);
                words[0][r] = (p1 >> 32) ^ words[1][r] ^ std::uint64_t{k[0]};
                words[1][r] = p1;
                words[2][r] = (p0 >> 32) ^ words[3][r] ^ std::uint64_t{k[1]};
                words[3][r] = p0;
            }
            k[0] += Philox::weyl0;
            k[1] += Philox::weyl1;
        }
        for (int w = 0; w < 4; ++w) detail::store_words(words[w][0], words[w][1], out[w] + l);
    }
#else
    for (int l = 0; l < Lanes; ++l) {
        Philox::Counter c = first;
        c[0] += static_cast<std::uint32_t>(l);
        const Philox::Counter block = Philox::block(c, key);
        for (int w = 0; w < 4; ++w) out[w][l] = block[static_cast<std::size_t>(w)];
    }
#endif
}
#undef NORMA_WIDE_PHILOX

}  // namespace norma::inline NORMA_TARGET::kernels
