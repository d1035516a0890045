#pragma once

#include "norma/core/fixed_string.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/activations_hard.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"
#include "norma/kernels/packet_math.hpp"

/// Activation policies made of exponentials: PyTorch's names, defaults and derivatives. The errors of `value` are in
/// units in the last place; `activations_smooth_test.cpp` asserts them.
namespace norma::inline NORMA_TARGET::activation {

/// x where x > 0, else α (eˣ − 1); to 3 ulp.
template <Fraction Alpha = Fraction{1, 1}>
struct ELU {
    static constexpr FixedString name() { return detail::name_with("ELU", Alpha, {1, 1}); }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return detail::where_above_zero(x, x, simd::multiply(detail::constant<P>(Alpha), simd::expm1(x)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return detail::where_above_zero(x, simd::set<P>(1), simd::multiply(detail::constant<P>(Alpha), simd::exp(x)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y)
        requires(Alpha.numerator >= 0)
    {
        return detail::where_above_zero(y, simd::set<P>(1), simd::add(y, detail::constant<P>(Alpha)));
    }
};

/// x where x > 0, else α (exp(x / α) − 1); to 4 ulp. Its derivative has no jump.
template <Fraction Alpha = Fraction{1, 1}>
struct CELU {
    static_assert(Alpha.numerator > 0, "norma: CELU<alpha> needs an alpha above 0.");
    static constexpr FixedString name() { return detail::name_with("CELU", Alpha, {1, 1}); }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return detail::where_above_zero(
            x, x, simd::multiply(detail::constant<P>(Alpha), simd::expm1(simd::divide(x, detail::constant<P>(Alpha)))));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return detail::where_above_zero(x, simd::set<P>(1), simd::exp(simd::divide(x, detail::constant<P>(Alpha))));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y) {
        const P below = simd::add(simd::divide(y, detail::constant<P>(Alpha)), simd::set<P>(1));
        return detail::where_above_zero(y, simd::set<P>(1), below);
    }
};

/// s · x where x > 0, else s · α (eˣ − 1), with the s and α of Klambauer et al. (2017); to 3 ulp.
struct SELU {
    static constexpr FixedString name() { return "SELU"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return detail::where_above_zero(x, simd::multiply(scale<P>(), x),
                                        simd::multiply(scaled_alpha<P>(), simd::expm1(x)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return detail::where_above_zero(x, scale<P>(), simd::multiply(scaled_alpha<P>(), simd::exp(x)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y) {
        return detail::where_above_zero(y, scale<P>(), simd::add(y, scaled_alpha<P>()));
    }

private:
    template <class P>
    NORMA_ALWAYS_INLINE static P scale() {
        return simd::set<P>(typename P::Scalar(1.0507009873554804934193349852946));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P scaled_alpha() {
        return simd::set<P>(typename P::Scalar(1.7580993408473768599402175208123));
    }
};

/// 1 / (1 + e⁻ˣ); to 3 ulp.
struct Sigmoid {
    static constexpr FixedString name() { return "Sigmoid"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::sigmoid(x);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return derivative_from_output(simd::sigmoid(x));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y) {
        return simd::multiply(y, simd::subtract(simd::set<P>(1), y));
    }
};

/// tanh(x); to 3 ulp.
struct Tanh {
    static constexpr FixedString name() { return "Tanh"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::tanh(x);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        return derivative_from_output(simd::tanh(x));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative_from_output(const P& y) {
        return simd::multiply_add(simd::negative(y), y, simd::set<P>(1));
    }
};

/// x / (1 + e⁻ˣ), also called swish; to 4 ulp.
struct SiLU {
    static constexpr FixedString name() { return "SiLU"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::multiply(x, simd::sigmoid(x));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        const P s = simd::sigmoid(x);
        return simd::multiply_add(simd::multiply(x, s), simd::subtract(simd::set<P>(1), s), s);
    }
};

/// x · Φ(x), with Φ(x) = (1 + erf(x / √2)) / 2: the exact GELU, PyTorch's default; to 8 ulp.
struct GELU {
    static constexpr FixedString name() { return "GELU"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::multiply(x, simd::normal(x).distribution);
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        const auto [distribution, density] = simd::normal(x);
        return simd::multiply_add(x, density, distribution);
    }
};

/// GELU with tanh, PyTorch's approximate="tanh": x (1 + tanh u) / 2, with u = √(2/π) (x + 0.044715 x³). It is computed
/// as x / (1 + exp(−2u)), which is the same; to 15 ulp where |y| > 0.01. Nearer to 0, it has the error of exp(2u),
/// which grows with |u|: to 150 ulp for float, 1,500 for double.
struct TanhGELU {
    static constexpr FixedString name() { return "TanhGELU"; }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        return simd::multiply(x, simd::sigmoid(simd::multiply(x, slope(x, cubic))));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        const P bounded = simd::at_most(simd::at_least(x, -30), 30);  // beyond, s is 0 or 1, and x³ may be infinite
        const P s = simd::sigmoid(simd::multiply(bounded, slope(bounded, cubic)));
        const P rise = simd::multiply(s, simd::subtract(simd::set<P>(1), s));
        return simd::multiply_add(simd::multiply(bounded, slope(bounded, 3 * cubic)), rise, s);
    }

private:
    static constexpr double cubic = 0.044715;

    /// 2 √(2/π) (1 + factor · x²)
    template <class P>
    NORMA_ALWAYS_INLINE static P slope(const P& x, double factor) {
        using T = typename P::Scalar;
        constexpr double root = 1.5957691216057307118;
        return simd::multiply_add(simd::multiply(x, x), simd::set<P>(T(root * factor)), simd::set<P>(T(root)));
    }
};

/// ln(1 + exp(βx)) / β; x where βx > threshold, as in PyTorch; to 5 ulp.
template <Fraction Beta = Fraction{1, 1}, Fraction Threshold = Fraction{20, 1}>
struct Softplus {
    static_assert(Beta.numerator > 0, "norma: Softplus<beta, threshold> needs a beta above 0.");
    static constexpr FixedString name() { return detail::name_with("Softplus", Beta, {1, 1}); }
    template <class P>
    NORMA_ALWAYS_INLINE static P value(const P& x) {
        const P scaled = simd::multiply(detail::constant<P>(Beta), x);
        return simd::where_less(detail::constant<P>(Threshold), scaled, x,
                                simd::divide(simd::softplus(scaled), detail::constant<P>(Beta)));
    }
    template <class P>
    NORMA_ALWAYS_INLINE static P derivative(const P& x) {
        const P scaled = simd::multiply(detail::constant<P>(Beta), x);
        return simd::where_less(detail::constant<P>(Threshold), scaled, simd::set<P>(1), simd::sigmoid(scaled));
    }
};

}  // namespace norma::inline NORMA_TARGET::activation
