#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <norma/kernels/activation.hpp>

#include "error_in_ulp.hpp"

/// How far an activation is from a function in long double.
struct ActivationErrors {
    double value = 0;        ///< in units in the last place
    double derivative = 0;   ///< in units in the last place of 1
    double from_output = 0;  ///< the same, of the gradient that is computed from the output; 0 if there is none
    std::string other_bits;  ///< where a scalar and a lane differ; empty if nowhere
};

/// f' by differences of fourth order.
template <class F>
long double slope_of(const F& f, long double x) {
    const long double h = 0x1p-10L;
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

/// Policy `A` against `f`, a function of long double, for numbers of all sizes. Derivatives are compared with
/// differences of `f` from −100 to 100, but not next to a `kink`. Values below `least` count as if they were as large.
template <class T, class A, class F>
ActivationErrors errors_of_activation(const F& f, const std::vector<double>& kinks = {},
                                      T least = std::numeric_limits<T>::min()) {
    using namespace norma::kernels;
    using P = norma::simd::Widest<T>;
    using Long = long double;
    static constexpr Activation activation = activation_of<A>;
    static constexpr T g = T(-2);
    const auto value = [](auto x) { return activate<activation>(x); };
    const auto derivative = [](auto x) { return activation_derivative<activation>(x); };
    const auto gradient = [](auto x) { return activation_gradient<activation>(x, norma::simd::set<decltype(x)>(g)); };
    const auto from_output = [](auto y) {
        if constexpr (activation.gradient_from_output()) {
            return activation_gradient_from_output<activation>(y, norma::simd::set<decltype(y)>(g));
        } else {
            return y;
        }
    };
    const std::vector<T>& numbers = numbers_of_all_sizes<T>();
    ActivationErrors errors;
    errors.value = largest_error_in_ulp<T>(value, f, least);
    const auto note = [&errors](const std::string& what, const std::string& difference) {
        if (!difference.empty()) errors.other_bits += what + " of " + difference + "; ";
    };
    note("value", other_bits<P>(numbers, value));
    note("derivative", other_bits<P>(numbers, derivative));
    note("gradient", other_bits<P>(numbers, gradient));
    note("gradient from the output", other_bits<P>(numbers, from_output));

    const std::vector<T> slopes = on_packets<P>(numbers, derivative);
    const std::vector<T> gradients = on_packets<P>(numbers, gradient);
    const std::vector<T> from_outputs = on_packets<P>(on_packets<P>(numbers, value), from_output);
    const auto add = [](double& largest, T is, Long right) {
        const double error =
            static_cast<double>(std::abs(static_cast<Long>(is) - right) / std::numeric_limits<T>::epsilon());
        largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
    };
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const Long x = static_cast<Long>(numbers[i]);
        const auto near = [x](double kink) { return std::abs(x - kink) < 0.003L; };
        if (!std::isfinite(numbers[i]) || std::any_of(kinks.begin(), kinks.end(), near)) continue;
        const Long right = slope_of(f, std::clamp(x, Long(-100), Long(100)));
        add(errors.derivative, slopes[i], right);
        add(errors.derivative, gradients[i] / g, right);
        if constexpr (activation.gradient_from_output()) add(errors.from_output, from_outputs[i] / g, right);
    }
    return errors;
}

/// dy/dx of policy `A` at x, by one lane.
template <class A>
double derivative_at(double x) {
    return norma::kernels::activation_derivative<norma::kernels::activation_of<A>>(norma::simd::Packet<double, 1>{x})
        .value;
}
