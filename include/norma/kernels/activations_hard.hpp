#pragma once

#include "norma/core/fixed_string.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"
#include "norma/kernels/pointwise.hpp"

/// Activation policies in pieces of straight lines, and `HardSwish`: PyTorch's names, defaults and derivatives. Where a
/// derivative jumps, it has PyTorch's value there; at NaN it is that of one of the pieces.
namespace norma::inline NORMA_TARGET::activation {

using kernels::Fraction;

namespace detail {
/// 1 where a < b, else 0.
template <class P>
NORMA_INLINE inline P less(const P& a, const P& b) {
    return simd::where_less(a, b, simd::set<P>(1), simd::set<P>(0));
}
/// 1 where low < x < high, else 0.
template <class P>
NORMA_INLINE inline P within(typename P::Scalar low, const P& x, typename P::Scalar high) {
    return simd::multiply(less(simd::set<P>(low), x), less(x, simd::set<P>(high)));
}
/// `above` where x > 0, else `other`.
template <class P>
NORMA_INLINE inline P where_above_zero(const P& x, const P& above, const P& other) {
    return simd::where_less(simd::set<P>(0), x, above, other);
}
template <class P>
NORMA_INLINE inline P constant(Fraction number) {
    return simd::set<P>(number.as<typename P::Scalar>());
}
/// The policy's name with an argument, if that is not the default: "ELU<1/2>".
constexpr FixedString name_with(const char* name, Fraction argument, Fraction usual) {
    FixedString text(name);
    if (argument == usual) return text;
    text << "<" << argument.numerator;
    if (argument.denominator != 1) text << "/" << argument.denominator;
    return text << ">";
}
}  // namespace detail

/// max(x, 0)
struct ReLU {
    static constexpr bool is_cheap = true;
    static constexpr FixedString name() { return "ReLU"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::relu(x);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return simd::where_positive(x, simd::set<P>(1));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P gradient(const P& x, const P& g) {
        return simd::where_positive(x, g);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P gradient_from_output(const P& y, const P& g) {
        return simd::where_positive(y, g);
    }
};

/// min(max(x, 0), 6)
struct ReLU6 {
    static constexpr bool is_cheap = true;
    static constexpr FixedString name() { return "ReLU6"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::at_most(simd::at_least(x, 0), 6);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return detail::within(0, x, 6);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y) {
        return detail::within(0, y, 6);
    }
};

/// x where x > 0, else slope · x.
template <Fraction Slope = Fraction{1, 100}>
struct LeakyReLU {
    static constexpr bool is_cheap = true;
    static constexpr FixedString name() { return detail::name_with("LeakyReLU", Slope, {1, 100}); }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return detail::where_above_zero(x, x, simd::multiply(x, detail::constant<P>(Slope)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return detail::where_above_zero(x, simd::set<P>(1), detail::constant<P>(Slope));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y)
        requires(Slope.numerator >= 0)
    {
        return derivative(y);
    }
};

/// min(max(x + 3, 0), 6) / 6; to 1 ulp.
struct HardSigmoid {
    static constexpr bool is_cheap = true;
    static constexpr FixedString name() { return "HardSigmoid"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        using T = typename P::Scalar;
        return simd::multiply(ReLU6::value(simd::add(x, simd::set<P>(T(3)))), simd::set<P>(T(1) / T(6)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        using T = typename P::Scalar;
        return simd::multiply(detail::within(-3, x, 3), simd::set<P>(T(1) / T(6)));
    }
};

/// x · min(max(x + 3, 0), 6) / 6; to 2 ulp.
struct HardSwish {
    static constexpr bool is_cheap = true;
    static constexpr FixedString name() { return "HardSwish"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::multiply(x, HardSigmoid::value(x));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        using T = typename P::Scalar;
        const P one = simd::set<P>(1);
        const P between = simd::multiply_add(x, simd::set<P>(T(1) / T(3)), simd::set<P>(T(0.5)));
        return simd::where_less(simd::set<P>(-3), x, simd::where_less(x, simd::set<P>(3), between, one),
                                simd::set<P>(0));
    }
};

}  // namespace norma::inline NORMA_TARGET::activation
