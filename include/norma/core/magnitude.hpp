#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// An unsigned integer of the size of `T`.
template <std::floating_point T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// |x| as an integer that grows with |x|: infinity is above all numbers, and NaN above infinity. Comparisons of these
/// integers are right under -ffast-math too, where the compiler may drop comparisons of `T`. NORMA_FORGET hides where
/// the bits come from, since otherwise the compiler would use for them what it assumes of `x`.
template <std::floating_point T>
    requires(sizeof(T) == 4 || sizeof(T) == 8)
NORMA_ALWAYS_INLINE constexpr BitsOf<T> magnitude(const T& x) {
    BitsOf<T> bits = std::bit_cast<BitsOf<T>>(x);
    if (!std::is_constant_evaluated()) NORMA_FORGET(bits);
    return bits & (~BitsOf<T>{0} >> 1);
}

/// The `magnitude` of infinity, the smallest of those that are no finite number's.
template <std::floating_point T>
inline constexpr BitsOf<T> infinite_magnitude =
    ~BitsOf<T>{0} >> 1 << (std::numeric_limits<T>::digits - 1) & (~BitsOf<T>{0} >> 1);

namespace detail {
/// The `magnitude` of a number in memory, copied from there so that the compiler assumes nothing of it. Without
/// NORMA_FORGET, so that loops become SIMD instructions; signed, because SSE2 compares signed integers faster.
template <std::floating_point T>
std::make_signed_t<BitsOf<T>> signed_magnitude(const T& value) {
    BitsOf<T> bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<std::make_signed_t<BitsOf<T>>>(bits & (~BitsOf<T>{0} >> 1));
}
}  // namespace detail

/// The largest `magnitude` of `values`; 0 if there are none.
template <std::floating_point T>
NORMA_NOINLINE BitsOf<T> largest_magnitude(std::span<const T> values) {
    std::make_signed_t<BitsOf<T>> largest = 0;
    for (const T& value : values) largest = std::max(largest, detail::signed_magnitude(value));
    return static_cast<BitsOf<T>>(largest);
}

/// Is any of `values` infinite, NaN, or larger in magnitude than `limit`? Faster than finding the largest.
template <std::floating_point T>
bool any_above(std::span<const T> values, T limit) {
    const auto most = detail::signed_magnitude(limit);
    std::make_signed_t<BitsOf<T>> above = 0;
    for (const T& value : values) above |= detail::signed_magnitude(value) > most ? 1 : 0;
    return above != 0;
}

}  // namespace norma::inline NORMA_TARGET
