#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"

/// Selection by comparison, sign and powers of two: what the mathematics of packets needs of the bits of a number.
/// Through the vector types of GCC and Clang, which have the same operators as numbers.
namespace norma::inline NORMA_TARGET::simd {

namespace detail {
/// Integers of the size of `T`, and what is where in the bits of a `T`.
template <class T>
struct Format {
    using Word = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    static constexpr int mantissa = std::numeric_limits<T>::digits - 1;  ///< bits after the point
    static constexpr Word sign = std::numeric_limits<Word>::min();
    static constexpr Word infinity = __builtin_bit_cast(Word, std::numeric_limits<T>::infinity());
    /// A number whose last bit is worth 1: a small whole number that is added to it is in its last bits.
    static constexpr T whole = T(3) * T(Word(1) << (mantissa - 1));
};

template <class T, int Lanes>
struct BitsOf {
    using Word = typename Format<T>::Word;
    typedef Word type __attribute__((vector_size(sizeof(T) * Lanes)));
};
template <class T>
struct BitsOf<T, 1> {
    using type = typename Format<T>::Word;
};
/// The integers that have the bits of a packet's numbers.
template <class P>
using Bits = typename BitsOf<typename P::Scalar, P::lanes>::type;

template <class P>
NORMA_INLINE inline Bits<P> bits(const P& x) {
    return __builtin_bit_cast(Bits<P>, x.value);
}
template <class P>
NORMA_INLINE inline P of_bits(const Bits<P>& bits) {
    return {__builtin_bit_cast(typename P::Native, bits)};
}
}  // namespace detail

/// `value` where a < b, else `other`; `other` where either is NaN.
template <class P>
NORMA_INLINE inline P where_less(const P& a, const P& b, const P& value, const P& other) {
    return {a.value < b.value ? value.value : other.value};
}
/// `value` where a = b, else `other`.
template <class P>
NORMA_INLINE inline P where_equal(const P& a, const P& b, const P& value, const P& other) {
    return {a.value == b.value ? value.value : other.value};
}
/// |x|
template <class P>
NORMA_INLINE inline P absolute(const P& x) {
    return detail::of_bits<P>(detail::bits(x) & ~detail::Format<typename P::Scalar>::sign);
}
/// −x
template <class P>
NORMA_INLINE inline P negative(const P& x) {
    return detail::of_bits<P>(detail::bits(x) ^ detail::Format<typename P::Scalar>::sign);
}
/// `size`, which is not negative, with the sign of `x`.
template <class P>
NORMA_INLINE inline P with_sign_of(const P& x, const P& size) {
    return detail::of_bits<P>(detail::bits(size) | (detail::bits(x) & detail::Format<typename P::Scalar>::sign));
}
/// `x` where `x` is NaN, else `y`. Also under -ffast-math, since it compares and selects integers.
template <class P>
NORMA_INLINE inline P keep_nan(const P& x, const P& y) {
    using Format = detail::Format<typename P::Scalar>;
    const detail::Bits<P> from = detail::bits(x);
    return detail::of_bits<P>((from & ~Format::sign) > Format::infinity ? from : detail::bits(y));
}

namespace detail {
/// 2ⁿ · `factor`, which is a power of two, for a whole number n. The product must be a normal number.
template <class P>
NORMA_INLINE inline P power_of_two(const P& n, typename P::Scalar factor = 1) {
    using Format = detail::Format<typename P::Scalar>;
    // The last bits of n + `whole` are n. What is above them is shifted out.
    const Bits<P> shifted = bits(add(n, set<P>(Format::whole))) << Format::mantissa;
    return of_bits<P>(shifted + __builtin_bit_cast(typename Format::Word, factor));
}
}  // namespace detail

}  // namespace norma::inline NORMA_TARGET::simd
