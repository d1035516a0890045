#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/random.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activation.hpp"
#include "norma/kernels/convert.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_loops.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/random.hpp"

namespace norma::inline NORMA_TARGET::kernels {

/// y += x, `Size` numbers.
template <class T, int Size>
inline void add_to(const T* x, T* y) {
    simd::for_each_packet<T>(std::size_t(Size), [&]<class P>(std::size_t i) NORMA_ALWAYS_INLINE {
        simd::store(y + i, simd::add(simd::load<P>(y + i), simd::load<P>(x + i)));
    });
}

/// dy = dy · f′ in place, `Size` numbers, where the derivative of `F` follows from the output `y`.
template <class T, Activation F, int Size>
inline void activation_gradient_from_outputs(const T* y, T* dy) {
    simd::for_each_run<T, Size, 2>([&]<class P, int Packets>(int first) NORMA_ALWAYS_INLINE {
        NORMA_UNROLL
        for (int n = 0; n < Packets; ++n) {
            const int i = first + n * P::lanes;
            simd::store(dy + i, activation_gradient_from_output<F>(simd::load<P>(y + i), simd::load<P>(dy + i)));
        }
    });
}

/// A probability of dropout, threshold / 65,536. A unit is dropped if its 16 random bits are below `threshold`; a kept
/// one is divided by the probability of being kept.
struct DropoutRate {
    std::uint32_t threshold = 0;  ///< at most 65,536

    /// The rate nearest to `numerator / denominator`, a multiple of 1 / 65,536.
    static constexpr DropoutRate nearest(long long numerator, long long denominator) {
        return {static_cast<std::uint32_t>((numerator * 65536 + denominator / 2) / denominator)};
    }
    /// What the kept units are multiplied by: 1 / probability of being kept.
    template <class T>
    constexpr T scale() const {
        return T(65536) / static_cast<T>(65536 - threshold);
    }
    friend constexpr bool operator==(const DropoutRate&, const DropoutRate&) = default;
};

/// Units that one call of the random number generator decides.
inline constexpr int dropout_block = 128;

/// The dropout mask of `Size` units: keep[i] is 1 if unit i is kept and 0 if it is dropped. Equal names give equal
/// masks. Writes (`=`) `keep`, up to the next multiple of `dropout_block`.
template <int Size>
inline void draw_dropout_mask(DropoutRate rate, const RandomName& name, std::uint8_t* keep) {
    constexpr int lanes = dropout_block / 8;
    const auto threshold = static_cast<std::uint16_t>(rate.threshold);
    for (int first = 0, block = 0; first < Size; first += dropout_block, block += lanes) {
        std::uint32_t bits[4][lanes];
        philox_blocks(name.counter(static_cast<std::uint32_t>(block)), name.key(), bits);
        std::uint16_t halves[dropout_block];  // on little-endian machines the low half of each word first
        static_assert(sizeof halves == sizeof bits);
        std::memcpy(halves, bits, sizeof bits);
        for (int i = 0; i < dropout_block; ++i) keep[first + i] = halves[i] >= threshold;
    }
}

/// x = x · keep / probability of being kept, in place, `size` units.
template <class T>
inline void drop_units(DropoutRate rate, const std::uint8_t* keep, int size, T* x) {
    using N = ScalarOf<T>;
    const N scale = rate.scale<N>();
    if constexpr (std::is_same_v<T, N>) {
        for (int i = 0; i < size; ++i) x[i] *= static_cast<N>(keep[i]) * scale;
    } else {
        constexpr int most = 256;
        N wide[most];
        for (int first = 0; first < size; first += most) {
            const int count = std::min(most, size - first);
            convert(x + first, count, wide);
            for (int i = 0; i < count; ++i) wide[i] *= static_cast<N>(keep[first + i]) * scale;
            convert(wide, count, x + first);
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
