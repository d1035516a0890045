#pragma once

#include <concepts>
#include <span>

#include "norma/core/inline.hpp"
#include "norma/core/magnitude.hpp"
#include "norma/core/target.hpp"

/// What is infinite, and what is not a number, told by bits. Under -ffast-math (part of -Ofast) the compiler takes it
/// that there is neither: std::isfinite is always true there, and comparisons with what is not a number have any
/// result.
namespace norma::inline NORMA_TARGET {

/// Is it neither infinite nor not-a-number? Under -ffast-math too.
template <std::floating_point T>
NORMA_ALWAYS_INLINE constexpr bool is_finite(const T& x) {
    return magnitude(x) < infinite_magnitude<T>;
}

/// Is it not-a-number? Under -ffast-math too.
template <std::floating_point T>
NORMA_ALWAYS_INLINE constexpr bool is_nan(const T& x) {
    return magnitude(x) > infinite_magnitude<T>;
}

/// Is nothing among `values` infinite or not-a-number? Under -ffast-math too.
template <std::floating_point T>
bool all_finite(std::span<const T> values) {
    return largest_magnitude(values) < infinite_magnitude<T>;
}

}  // namespace norma::inline NORMA_TARGET
