#pragma once

#include <bit>
#include <cstdint>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// In which numbers a convolution multiplies. Sums are scalars of the network.
enum class Precision {
    scalar,  ///< in those of the network
    bf16     ///< in bfloat16, to which inputs and weights are rounded; for networks of floats
};

/// A bfloat16 number: the upper half of a float, which has the same exponent, and 8 bits of precision instead of 24.
///
/// In place of a scalar in `BasicNetwork` it stands for a network whose activations, and their gradients, are bfloat16.
/// Parameters, their gradients, statistics, the loss and the optimiser are floats, and so are all sums: what an op
/// computes is rounded where it is stored. Convolutions with one group, a multiple of 8 input channels and a multiple
/// of 16 output channels multiply in bfloat16: their weights are rounded, too. Other ops compute in float. A CPU with
/// the instruction set AVX512-BF16 has twice as many such products a second; on any other they take about as long as
/// products of floats.
struct Bf16 {
    std::uint16_t bits;  ///< sign, 8 bits of the exponent, 7 bits after the point

    Bf16() = default;
    /// The number nearest to `x`, of two the even one; a NaN stays one.
    constexpr explicit Bf16(float x) : bits(rounded(std::bit_cast<std::uint32_t>(x))) {}
    /// The same number.
    constexpr operator float() const { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

private:
    static constexpr std::uint16_t rounded(std::uint32_t word) {
        if ((word & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>(word >> 16 | 0x40);
        return static_cast<std::uint16_t>((word + 0x7fffu + (word >> 16 & 1)) >> 16);
    }
};

/// What the first argument of `BasicNetwork` stands for.
template <class Numbers>
struct NumbersOf {
    using Scalar = Numbers;                                    ///< of parameters and sums
    using Value = Numbers;                                     ///< of activations and their gradients
    static constexpr Precision precision = Precision::scalar;  ///< of products
};
/// See `Bf16`.
template <>
struct NumbersOf<Bf16> {
    using Scalar = float;                                    ///< of parameters and sums
    using Value = Bf16;                                      ///< of activations and their gradients
    static constexpr Precision precision = Precision::bf16;  ///< of products
};

/// The type of parameters and sums of a network whose activations are numbers of type `Value`.
template <class Value>
using ScalarOf = typename NumbersOf<Value>::Scalar;

/// Sizes in bytes of the numbers of a network.
struct NumberSizes {
    int value = 4;   ///< of activations and their gradients
    int scalar = 4;  ///< of parameters, statistics and sums
};

}  // namespace norma::inline NORMA_TARGET
