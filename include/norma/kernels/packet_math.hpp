#pragma once

#include <cstddef>
#include <limits>

#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"
#include "norma/kernels/packet_coefficients.hpp"

/// Functions of packets, for activations. Each is one sequence of additions, multiplications and divisions for all
/// widths, so that a scalar has the bits of a lane. NaN stays NaN. Under -ffast-math that is not promised, nor is the
/// result for an infinite x; `activate` restores NaN there. The errors are in units in the last place of the result, on
/// a machine with a fused multiply-add; `packet_math_test.cpp` asserts them.
namespace norma::inline NORMA_TARGET::simd {

namespace detail {
/// The sum of coefficients[i] · xⁱ.
template <class P, std::size_t Size>
NORMA_INLINE inline P polynomial(const typename P::Scalar (&coefficients)[Size], const P& x) {
    P sum = set<P>(coefficients[Size - 1]);
    NORMA_UNROLL
    for (std::size_t i = 2; i <= Size; ++i) sum = multiply_add(sum, x, set<P>(coefficients[Size - i]));
    return sum;
}

template <class T>
inline constexpr T ln2_high = T(0.693359375);  // 9 bits, so that products with exponents are exact
template <>
inline constexpr double ln2_high<double> = 0.6931471803691238;  // 32 bits
template <class T>
inline constexpr T ln2_low = T(-0.00021219444005469058);
template <>
inline constexpr double ln2_low<double> = 1.9082149292705877e-10;

/// eˣ = 2ⁿ · (1 + rest), with a whole number n and |rest| < 1/2.
template <class P>
struct Exponential {
    P n;
    P rest;
};
template <class P>
NORMA_INLINE inline Exponential<P> exponential(const P& x) {
    using T = typename P::Scalar;
    const P n = nearest_whole(multiply(x, set<P>(T(1.442695040888963407))));
    const P r = multiply_add(n, set<P>(-ln2_low<T>), multiply_add(n, set<P>(-ln2_high<T>), x));
    return {n, multiply_add(multiply(r, r), polynomial(Coefficients<T>::exp, r), r)};
}
/// Just below the x whose eˣ is rounded to 0.
template <class T>
inline constexpr T least_exponent = sizeof(T) == 4 ? T(-104) : T(-746);

/// eˣ for x ≤ 0: cheaper than `exp`, as exact.
template <class P>
NORMA_INLINE inline P exp_of_negative(const P& x) {
    using T = typename P::Scalar;
    constexpr T large = sizeof(T) == 4 ? T(0x1p64) : T(0x1p512);  // 2ⁿ may be too small for a normal number
    const auto [n, rest] = exponential(at_least(x, least_exponent<T>));
    const P scale = power_of_two(n, large);
    return multiply(multiply_add(scale, rest, scale), set<P>(1 / large));
}
/// 2 artanh(s) for |s| ≤ 1/3.
template <class P>
NORMA_INLINE inline P twice_artanh(const P& s) {
    const P z = multiply(s, s);
    const P twice = add(s, s);
    return multiply_add(multiply(twice, z), polynomial(Coefficients<typename P::Scalar>::artanh, z), twice);
}
}  // namespace detail

/// eˣ, to 1 ulp.
template <class P>
NORMA_INLINE inline P exp(const P& x) {
    using T = typename P::Scalar;
    constexpr T most = sizeof(T) == 4 ? T(89) : T(710);
    const auto [n, rest] = detail::exponential(at_most(at_least(x, detail::least_exponent<T>), most));
    // 2ⁿ may be too small or too large for a normal number: two factors.
    const P half = nearest_whole(multiply(n, set<P>(T(0.5))));
    const P scale = detail::power_of_two(half);
    return multiply(multiply_add(scale, rest, scale), detail::power_of_two(subtract(n, half)));
}
/// eˣ − 1, to 2 ulp, also near 0.
template <class P>
NORMA_INLINE inline P expm1(const P& x) {
    using T = typename P::Scalar;
    constexpr T least = sizeof(T) == 4 ? T(-18) : T(-40);  // the result is rounded to −1
    constexpr T most = sizeof(T) == 4 ? T(89) : T(710);
    const auto [n, rest] = detail::exponential(at_most(at_least(x, least), most));
    const P half = detail::power_of_two(n, T(0.5));  // 2ⁿ may be too large
    const P result = multiply_add(half, rest, subtract(half, set<P>(T(0.5))));
    return add(result, result);
}
/// The natural logarithm, to 2 ulp: −∞ at 0, NaN below.
template <class P>
NORMA_INLINE inline P log(const P& x) {
    using T = typename P::Scalar;
    using Limits = std::numeric_limits<T>;
    using Format = detail::Format<T>;
    constexpr T large = sizeof(T) == 4 ? T(0x1p32) : T(0x1p64);
    constexpr T exponent_of_large = sizeof(T) == 4 ? T(32) : T(64);
    constexpr auto root_of_half = __builtin_bit_cast(typename Format::Word, T(0.70710678118654752));
    const P one = set<P>(T(1));
    // x = 2ⁿ · m with √½ ≤ m < √2. A subnormal number is scaled first.
    const P least = set<P>(Limits::min());
    const detail::Bits<P> normal = detail::bits(where_less(x, least, multiply(x, set<P>(large)), x));
    const detail::Bits<P> exponent = (normal - root_of_half) >> Format::mantissa;
    const P m = detail::of_bits<P>(normal - (exponent << Format::mantissa));
    const P whole = detail::of_bits<P>(exponent + __builtin_bit_cast(typename Format::Word, Format::whole));
    const P n =
        subtract(subtract(whole, set<P>(Format::whole)), where_less(x, least, set<P>(exponent_of_large), set<P>(T(0))));
    const P log_m = detail::twice_artanh(divide(subtract(m, one), add(m, one)));
    const P sum = multiply_add(n, set<P>(detail::ln2_high<T>), multiply_add(n, set<P>(detail::ln2_low<T>), log_m));
    const P zero = set<P>(T(0));
    const P not_positive = where_less(x, zero, set<P>(Limits::quiet_NaN()), subtract(x, set<P>(Limits::infinity())));
    return where_less(zero, x, where_less(set<P>(Limits::max()), x, x, sum), not_positive);
}
/// tanh(x), to 3 ulp.
template <class P>
NORMA_INLINE inline P tanh(const P& x) {
    using T = typename P::Scalar;
    const P t = expm1(multiply(set<P>(T(-2)), absolute(x)));
    return with_sign_of(x, divide(negative(t), add(set<P>(T(2)), t)));
}
/// 1 / (1 + e⁻ˣ), to 3 ulp.
template <class P>
NORMA_INLINE inline P sigmoid(const P& x) {
    using T = typename P::Scalar;
    const P one = set<P>(T(1));
    const P e = detail::exp_of_negative(negative(absolute(x)));
    return divide(where_less(x, set<P>(T(0)), e, one), add(one, e));
}
/// ln(1 + eˣ), to 3 ulp.
template <class P>
NORMA_INLINE inline P softplus(const P& x) {
    using T = typename P::Scalar;
    const P e = detail::exp_of_negative(negative(absolute(x)));
    // ln(1 + e) = 2 artanh(e / (2 + e))
    return add(at_least(x, T(0)), detail::twice_artanh(divide(e, add(set<P>(T(2)), e))));
}

/// The normal distribution of mean 0 and variance 1.
template <class P>
struct Normal {
    P distribution;  ///< Φ(x) = (1 + erf(x / √2)) / 2, to 7 ulp, also where it is near 0
    P density;       ///< φ(x) = exp(−x² / 2) / √(2π), to 3 ulp
};
template <class P>
NORMA_INLINE inline Normal<P> normal(const P& x) {
    using T = typename P::Scalar;
    constexpr T most = sizeof(T) == 4 ? T(15) : T(40);  // the density is rounded to 0
    const P t = at_most(absolute(x), most);
    // e = exp(−t² / 2), corrected by what was lost when t² was rounded: nothing without a fused multiply-add.
    const P square = multiply(t, t);
    const P lost = multiply_add(t, t, negative(square));
    const P rounded = detail::exp_of_negative(multiply(square, set<P>(T(-0.5))));
    const P e = multiply_add(multiply(lost, set<P>(T(-0.5))), rounded, rounded);
    const P w = divide(set<P>(T(5)), add(set<P>(T(5)), t));
    const P ratio = multiply(w, detail::polynomial(detail::Coefficients<T>::tail, subtract(w, set<P>(T(0.5)))));
    return {where_less(x, set<P>(T(0)), multiply(e, ratio), multiply_add(negative(e), ratio, set<P>(T(1)))),
            multiply(e, set<P>(T(0.398942280401432677940)))};
}
/// erf(x), to 3 ulp.
template <class P>
NORMA_INLINE inline P erf(const P& x) {
    using T = typename P::Scalar;
    const P one = set<P>(T(1));
    const P t = absolute(x);
    const P tail = normal(multiply(t, set<P>(T(-1.41421356237309504880)))).distribution;
    const P bounded = at_most(t, T(1));
    const P near_zero = multiply(bounded, detail::polynomial(detail::Coefficients<T>::erf, multiply(bounded, bounded)));
    return with_sign_of(x, where_less(t, one, near_zero, multiply_add(set<P>(T(-2)), tail, one)));
}

}  // namespace norma::inline NORMA_TARGET::simd
