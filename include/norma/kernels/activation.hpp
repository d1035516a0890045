#pragma once

#include <concepts>
#include <type_traits>

#include "norma/core/fixed_string.hpp"
#include "norma/core/inline.hpp"
#include "norma/core/target.hpp"
#include "norma/kernels/packet.hpp"
#include "norma/kernels/packet_bits.hpp"

/// Activations: functions of one element, written as policies, and as constants that a kernel takes as template
/// arguments.
namespace norma::inline NORMA_TARGET::kernels {

namespace detail {
template <class A, class P>
concept ActivationOn = requires(const P& x) {
    { A::value(x) } -> std::same_as<P>;
    { A::derivative(x) } -> std::same_as<P>;
};
template <class A, class P>
concept HasGradient = requires(const P& x) {
    { A::gradient(x, x) } -> std::same_as<P>;
};
template <class A, class P>
concept HasDerivativeFromOutput = requires(const P& y) {
    { A::derivative_from_output(y) } -> std::same_as<P>;
};
template <class A, class P>
concept HasGradientFromOutput = requires(const P& y) {
    { A::gradient_from_output(y, y) } -> std::same_as<P>;
};
using OneFloat = simd::Packet<float, 1>;
using OneDouble = simd::Packet<double, 1>;
}  // namespace detail

/// An activation y = f(x), applied to each element. `P` is a packet of float or double; a scalar is a packet of one
/// lane. `packet.hpp`, `packet_bits.hpp` and `packet_math.hpp` have the functions of packets. Without
/// NORMA_ALWAYS_INLINE, a compiler may call a large function for each packet. A policy may also have
/// - `derivative_from_output(y)`, the derivative as a function of the output. Then training can do without the input;
/// - `static constexpr bool is_cheap = true`, if the value takes a few instructions: fused into convolutions;
/// - `gradient(x, g)` and `gradient_from_output(y, g)`, if g · derivative is cheaper to compute than by a product.
/// @snippet examples_test.cpp activation
template <class A>
concept ActivationPolicy =
    detail::ActivationOn<A, detail::OneFloat> && detail::ActivationOn<A, detail::OneDouble> && requires {
        { A::name() } -> std::convertible_to<FixedString>;
    };

namespace detail {
/// f(x); NaN where x is NaN, also under -ffast-math.
template <class A, class P>
NORMA_INLINE inline P value_of(const P& x) {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    return simd::keep_nan(x, A::value(x));
#else
    return A::value(x);
#endif
}
template <class A, class P>
NORMA_INLINE inline P derivative_of(const P& x) {
    return A::derivative(x);
}
template <class A, class P>
NORMA_INLINE inline P gradient_of(const P& x, const P& g) {
    if constexpr (HasGradient<A, P>) return A::gradient(x, g);
    return simd::multiply(g, A::derivative(x));
}
template <class A, class P>
NORMA_INLINE inline P gradient_from_output_of(const P& y, const P& g) {
    if constexpr (HasGradientFromOutput<A, P>) {
        return A::gradient_from_output(y, g);
    } else {
        return simd::multiply(g, A::derivative_from_output(y));
    }
}

/// The functions of an activation on packets of type `P`.
template <class P>
struct FunctionsOn {
    using Function = P (*)(const P&);
    using Gradient = P (*)(const P&, const P&);

    Function value;
    Function derivative;
    Gradient gradient;
    Gradient gradient_from_output = nullptr;  ///< none if the derivative is no function of the output

    template <class A>
    constexpr explicit FunctionsOn(std::type_identity<A>)
        : value(&value_of<A, P>), derivative(&derivative_of<A, P>), gradient(&gradient_of<A, P>) {
        if constexpr (HasDerivativeFromOutput<A, P> || HasGradientFromOutput<A, P>) {
            gradient_from_output = &gradient_from_output_of<A, P>;
        }
    }
};
/// The functions on packets of several types.
template <class... P>
struct FunctionsOnEach : FunctionsOn<P>... {
    template <class A>
    constexpr explicit FunctionsOnEach(std::type_identity<A> policy) : FunctionsOn<P>(policy)... {}
};
template <class P, class... Wider>
constexpr auto functions_on_each() {
    if constexpr (P::lanes == 1) {
        return std::type_identity<FunctionsOnEach<Wider..., P>>{};
    } else {
        return functions_on_each<simd::Narrower<P>, Wider..., P>();
    }
}
/// The functions on all packets of `T`.
template <class T>
using FunctionsOnAll = typename decltype(functions_on_each<simd::Widest<T>>())::type;
}  // namespace detail

/// A policy as data: its name, and its functions on all packets.
struct ActivationFunctions : detail::FunctionsOnAll<float>, detail::FunctionsOnAll<double> {
    FixedString name;                       ///< of the policy
    bool is_cheap = false;                  ///< a few instructions: fused into convolutions
    bool has_gradient_from_output = false;  ///< the derivative is a function of the output

    /// Those of policy `A`.
    template <ActivationPolicy A>
    constexpr explicit ActivationFunctions(std::type_identity<A> policy)
        : detail::FunctionsOnAll<float>(policy), detail::FunctionsOnAll<double>(policy), name(A::name()) {
        if constexpr (requires { A::is_cheap; }) is_cheap = A::is_cheap;
        using P = detail::OneFloat;
        has_gradient_from_output = detail::HasDerivativeFromOutput<A, P> || detail::HasGradientFromOutput<A, P>;
    }

    /// The functions on packets of type `P`.
    template <class P>
    constexpr const detail::FunctionsOn<P>& on() const {
        return *this;
    }
};

/// Policy `A` as data.
template <ActivationPolicy A>
inline constexpr ActivationFunctions activation_functions{std::type_identity<A>{}};

/// An activation, or none, which can be a member of a template argument. Two are equal if their policies are. With
/// UndefinedBehaviorSanitizer GCC compares no address with null or with that of another object at compile time, so a
/// flag and the names decide first.
struct Activation {
    const ActivationFunctions* functions = nullptr;  ///< none: y = x
    bool exists = false;                             ///< is there one?

    constexpr Activation() = default;
    /// With these functions.
    constexpr explicit Activation(const ActivationFunctions* f) : functions(f), exists(true) {}

    /// Is there one?
    constexpr explicit operator bool() const { return exists; }
    /// The policy's name; empty if there is none.
    constexpr FixedString name() const { return exists ? functions->name : FixedString(); }
    /// Does it take a few instructions, or none? Then it is done to the sums of a convolution in registers.
    constexpr bool is_cheap() const { return !exists || functions->is_cheap; }
    /// Is the derivative a function of the output? Then the backward pass can do without the input.
    constexpr bool gradient_from_output() const { return !exists || functions->has_gradient_from_output; }
    /// f(x) through a pointer. Kernels call `activate`, which is inlined.
    template <class P>
    P value(const P& x) const {
        return exists ? functions->on<P>().value(x) : x;
    }
    /// dy/dx at x through a pointer.
    template <class P>
    P derivative(const P& x) const {
        return exists ? functions->on<P>().derivative(x) : simd::set<P>(1);
    }
    friend constexpr bool operator==(const Activation& a, const Activation& b) {
        if (!a.exists || !b.exists) return a.exists == b.exists;
        return a.functions->name.view() == b.functions->name.view() && a.functions == b.functions;
    }
};

/// Policy `A` as an `Activation`.
template <ActivationPolicy A>
inline constexpr Activation activation_of{&activation_functions<A>};

/// y = f(x). Inlined, since the function is a constant.
template <Activation activation, class P>
NORMA_INLINE inline P activate(const P& x) {
    if constexpr (!activation) {
        return x;
    } else {
        constexpr auto function = activation.functions->template on<P>().value;
        return function(x);
    }
}
/// dy/dx at x.
template <Activation activation, class P>
NORMA_INLINE inline P activation_derivative(const P& x) {
    if constexpr (!activation) {
        return simd::set<P>(1);
    } else {
        constexpr auto function = activation.functions->template on<P>().derivative;
        return function(x);
    }
}
/// g · dy/dx at x: the gradient of the input, from the gradient `g` of the output.
template <Activation activation, class P>
NORMA_INLINE inline P activation_gradient(const P& x, const P& g) {
    if constexpr (!activation) {
        return g;
    } else {
        constexpr auto function = activation.functions->template on<P>().gradient;
        return function(x, g);
    }
}
/// The same from the output `y`, if `activation.gradient_from_output()`.
template <Activation activation, class P>
NORMA_INLINE inline P activation_gradient_from_output(const P& y, const P& g) {
    static_assert(activation.gradient_from_output(), "norma: the derivative of this activation needs the input.");
    if constexpr (!activation) {
        return g;
    } else {
        constexpr auto function = activation.functions->template on<P>().gradient_from_output;
        return function(y, g);
    }
}

}  // namespace norma::inline NORMA_TARGET::kernels
