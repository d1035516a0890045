#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "norma/core/inline.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/convolution.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_pairs.hpp"
#include "norma/kernels/winograd_tiles.hpp"

/// Weights for Winograd's algorithm: G g Gᵀ for each pair of channels. See winograd.hpp.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {

/// G g Gᵀ of one packet. `w` is that of tap 0, and `tap` numbers are from one tap to the next. Writes (`=`) `u`.
template <class P>
NORMA_INLINE inline void weights_of_taps(const typename P::Scalar* w, long long tap, P (&u)[winograd_elements]) {
    const P half = simd::set<P>(typename P::Scalar(0.5));
    const auto transform = [&](const P& a, const P& b, const P& c, P* to) NORMA_ALWAYS_INLINE {
        const P ends = simd::multiply(half, simd::add(a, c));
        const P middle = simd::multiply(half, b);
        to[0] = a;
        to[1] = simd::add(ends, middle);
        to[2] = simd::subtract(ends, middle);
        to[3] = c;
    };
    P columns[3][4];
    NORMA_UNROLL
    for (int x = 0; x < 3; ++x) {
        transform(simd::load<P>(w + x * tap), simd::load<P>(w + (3 + x) * tap), simd::load<P>(w + (6 + x) * tap),
                  columns[x]);
    }
    NORMA_UNROLL
    for (int r = 0; r < 4; ++r) transform(columns[0][r], columns[1][r], columns[2][r], u + 4 * r);
}

}  // namespace detail

/// Numbers that transformed weights have at most: 16 for each pair of channels, half of them where channels are paired.
constexpr long long winograd_weight_count(const Convolution& c) {
    return 1ll * detail::winograd_elements * c.input.channels * c.output.channels;
}

/// Weights in the order in which `winograd_convolve` reads them: element × run of two packets of output channels ×
/// input channel (or pair of them) × packets. Writes (`=`) `u`.
template <class T, Precision R = Precision::scalar>
NORMA_NOINLINE inline void winograd_weights(const T* w, int inputs, int outputs, T* u) {
    using P = simd::Widest<T>;
    using Packets = P[detail::winograd_elements];
    const int slots = detail::slots<T>(inputs, R);
    const long long tap = 1ll * inputs * outputs;
    const long long element = 1ll * slots * outputs;
    const auto transform = [&](int input, int output, Packets& to) NORMA_ALWAYS_INLINE {
        detail::weights_of_taps<P>(w + 1ll * input * outputs + output, tap, to);
    };
    for (int run = 0; run < outputs; run += 2 * P::lanes) {
        const int packets = std::min(2, (outputs - run) / P::lanes);
        for (int slot = 0; slot < slots; ++slot) {
            for (int n = 0; n < packets; ++n) {
                const int output = run + n * P::lanes;
                Packets value;
                if constexpr (R == Precision::bf16) {
                    const int input = slot / P::lanes * 2 * P::lanes + slot % P::lanes;
                    transform(input, output, value);
                    Packets other{};
                    if (input + P::lanes < inputs) transform(input + P::lanes, output, other);
                    for (int e = 0; e < detail::winograd_elements; ++e) value[e] = simd::pairs_of(value[e], other[e]);
                } else {
                    transform(slot, output, value);
                }
                for (int e = 0; e < detail::winograd_elements; ++e) {
                    simd::store(u + e * element + n * P::lanes, value[e]);
                }
            }
            u += packets * P::lanes;
        }
    }
}

/// The same for `winograd_input_gradient`: taps in reverse order, and the two kinds of channels exchanged.
template <class T, Precision R = Precision::scalar>
NORMA_NOINLINE inline void winograd_transposed_weights(const T* w, int inputs, int outputs, T* u) {
    using P = simd::Widest<T>;
    using Packets = P[detail::winograd_elements];
    constexpr int most = 2 * P::lanes;  // inputs of a run
    constexpr int step = R == Precision::bf16 ? 2 * P::lanes : P::lanes;
    const long long tap = 1ll * inputs * outputs;
    const long long element = 1ll * detail::slots<T>(outputs, R) * inputs;
    // The taps in reverse order exchange elements 0 and 3 of each axis.
    constexpr std::array<int, 4> reversed{3, 1, 2, 0};
    T block[std::size_t(detail::winograd_elements)][std::size_t(most)][std::size_t(P::lanes)];
    for (int run = 0; run < inputs; run += most) {
        const int width = std::min(most, inputs - run);
        for (int o = 0; o < outputs; o += step) {
            for (int i = 0; i < width; ++i) {
                const T* const from = w + 1ll * (run + i) * outputs + o;
                Packets value;
                detail::weights_of_taps<P>(from, tap, value);
                if constexpr (R == Precision::bf16) {
                    Packets other{};
                    if (o + P::lanes < outputs) detail::weights_of_taps<P>(from + P::lanes, tap, other);
                    for (int e = 0; e < detail::winograd_elements; ++e) value[e] = simd::pairs_of(value[e], other[e]);
                }
                for (int e = 0; e < detail::winograd_elements; ++e) {
                    const int to = reversed[std::size_t(e / 4)] * 4 + reversed[std::size_t(e % 4)];
                    simd::store(block[to][i], value[e]);
                }
            }
            for (int e = 0; e < detail::winograd_elements; ++e) {
                T* to = u + e * element;
                for (int k = 0; k < P::lanes; ++k) {
                    for (int i = 0; i < width; ++i) *to++ = block[e][i][k];
                }
            }
            u += P::lanes * width;
        }
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
