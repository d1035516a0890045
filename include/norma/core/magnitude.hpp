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

/// |x| as an integer: the larger |x|, the larger it is; infinity is above all numbers, and what is not a number above
/// infinity. What compares such integers holds under -ffast-math too, where comparisons of `T` may be left out: the
/// compiler is made to forget where the bits came from, for it would know of them what it takes for certain of `x`.
template <std::floating_point T>
    requires(sizeof(T) == 4 || sizeof(T) == 8)
NORMA_ALWAYS_INLINE constexpr BitsOf<T> magnitude(const T& x) {
    BitsOf<T> bits = std::bit_cast<BitsOf<T>>(x);
    if (!std::is_constant_evaluated()) NORMA_FORGET(bits);
    return bits & (~BitsOf<T>{0} >> 1);
}

/// The `magnitude` of the smallest |x| that is no finite number, that is, of infinity.
template <std::floating_point T>
inline constexpr BitsOf<T> infinite_magnitude =
    ~BitsOf<T>{0} >> 1 << (std::numeric_limits<T>::digits - 1) & (~BitsOf<T>{0} >> 1);

namespace detail {
/// The `magnitude` of a number in memory, of which the compiler knows nothing then; many are taken at once. With a
/// sign, which SSE2 compares faster.
template <std::floating_point T>
std::make_signed_t<BitsOf<T>> signed_magnitude(const T& value) {
    BitsOf<T> bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<std::make_signed_t<BitsOf<T>>>(bits & (~BitsOf<T>{0} >> 1));
}
}  // namespace detail

/// The largest `magnitude` among `values`; 0 of none.
template <std::floating_point T>
BitsOf<T> largest_magnitude(std::span<const T> values) {
    std::make_signed_t<BitsOf<T>> largest = 0;
    for (const T& value : values) largest = std::max(largest, detail::signed_magnitude(value));
    return static_cast<BitsOf<T>>(largest);
}

/// Is any of `values` larger in magnitude than `limit`, infinite or no number? Faster than to find the largest.
template <std::floating_point T>
bool any_above(std::span<const T> values, T limit) {
    const auto most = detail::signed_magnitude(limit);
    std::make_signed_t<BitsOf<T>> above = 0;
    for (const T& value : values) above |= detail::signed_magnitude(value) > most ? 1 : 0;
    return above != 0;
}

}  // namespace norma::inline NORMA_TARGET
