#pragma once

#include <algorithm>
#include <concepts>
#include <span>

#include "norma/core/inline.hpp"
#include "norma/core/magnitude.hpp"
#include "norma/core/precision.hpp"
#include "norma/core/target.hpp"

/// Tests for infinity and NaN by their bits. Under -ffast-math (part of -Ofast) the compiler assumes that there is
/// neither: std::isfinite is always true, and a comparison with NaN can give anything.
namespace norma::inline NORMA_TARGET {

/// Is it neither infinite nor NaN? Under -ffast-math too.
template <std::floating_point T>
NORMA_ALWAYS_INLINE constexpr bool is_finite(const T& x) {
    return magnitude(x) < infinite_magnitude<T>;
}

/// Is it NaN? Under -ffast-math too.
template <std::floating_point T>
NORMA_ALWAYS_INLINE constexpr bool is_nan(const T& x) {
    return magnitude(x) > infinite_magnitude<T>;
}

/// Is none of `values` infinite or NaN? Under -ffast-math too.
template <std::floating_point T>
bool all_finite(std::span<const T> values) {
    return largest_magnitude(values) < infinite_magnitude<T>;
}
/// The same for bfloat16 numbers.
inline bool all_finite(std::span<const Bf16> values) {
    constexpr unsigned infinity = 0x7f80;
    unsigned largest = 0;
    for (const Bf16 value : values) largest = std::max(largest, value.bits & 0x7fffu);
    return largest < infinity;
}

}  // namespace norma::inline NORMA_TARGET
