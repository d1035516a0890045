#pragma once

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// In which numbers a convolution by Winograd's algorithm multiplies. Sums, and all other numbers, are scalars of the
/// network.
enum class Precision {
    scalar,  ///< in those of the network
    bf16     ///< in bfloat16, to which inputs and weights are rounded; for networks of floats
};

/// Stands for a scalar in `BasicNetwork`: a network of floats whose convolutions by Winograd's algorithm, which are
/// those of 3×3 taps in wide layers, multiply in bfloat16, and add in float. Parameters, activations, statistics and
/// the optimiser stay floats. A CPU with the instruction set AVX512-BF16 has twice as many such products a second; on
/// any other they take about as long as products of floats.
struct Bf16 {};

/// What the first argument of `BasicNetwork` stands for.
template <class Numbers>
struct NumbersOf {
    using Scalar = Numbers;                                    ///< of parameters and activations
    static constexpr Precision precision = Precision::scalar;  ///< of products
};
/// See `Bf16`.
template <>
struct NumbersOf<Bf16> {
    using Scalar = float;                                    ///< of parameters and activations
    static constexpr Precision precision = Precision::bf16;  ///< of products
};

}  // namespace norma::inline NORMA_TARGET
