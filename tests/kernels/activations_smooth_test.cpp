#include "norma/kernels/activations_smooth.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "activation_checker.hpp"

namespace activations_smooth_test {

namespace simd = norma::simd;
using namespace norma::activation;

namespace {

using Long = long double;

/// Compares policy `A` with `f`: its value to `value` units in the last place, its derivative to `derivative` units in
/// the last place of 1.
///
/// x · s(x) is as exact as s, which is below the normal numbers where x · s is still above: hence `least`.
template <class T, class A, class F>
void compare(double value, double derivative, const std::vector<double>& kinks, const F& f,
             T least = 128 * std::numeric_limits<T>::min()) {
    CAPTURE(A::name().view());
    const ActivationErrors errors = errors_of_activation<T, A>(f, kinks, least);
    // The differences have an error of their own, which only double notices.
    const double differences = 1e-12 / static_cast<double>(std::numeric_limits<T>::epsilon());
    CHECK(errors.value <= value);
    CHECK(errors.derivative <= derivative + differences);
    CHECK(errors.from_output <= derivative + differences);
    CHECK(errors.other_bits == "");
}

Long elu(Long x, Long alpha) { return x > 0 ? x : alpha * std::expm1(x); }
Long sigmoid(Long x) { return 1 / (1 + std::exp(-x)); }
Long gelu(Long x) { return x * std::erfc(x * -0.70710678118654752440084436L) / 2; }
Long tanh_gelu(Long x) { return x * sigmoid(2 * 0.79788456080286535587989212L * (x + 0.044715L * x * x * x)); }
Long softplus(Long x) { return x > 20 ? x : std::max(x, Long(0)) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

TEST_CASE_TEMPLATE("activations of exponentials: values, derivatives, and the same bits in every width", T, float,
                   double) {
    const double squares = simd::has_fused_multiply_add ? 0 : (sizeof(T) == 4 ? 90 : 750);
    compare<T, ELU<>>(2, 2, {0}, [](Long x) { return elu(x, 1); });
    compare<T, ELU<Fraction{3, 2}>>(3, 2, {0}, [](Long x) { return elu(x, 1.5L); });
    compare<T, CELU<Fraction{2, 1}>>(2, 2, {0}, [](Long x) { return 2 * elu(x / 2, 1); });
    compare<T, SELU>(3, 3, {0}, [](Long x) {
        const Long scale = 1.0507009873554804934193349852946L;
        return scale * elu(x, 1.6732632423543772848170429916717L);
    });
    compare<T, Sigmoid>(3, 1, {}, sigmoid);
    compare<T, Tanh>(3, 4, {}, [](Long x) { return std::tanh(x); });
    compare<T, SiLU>(4, 10, {}, [](Long x) { return x * sigmoid(x); });
    compare<T, GELU>(8 + squares, 3, {}, gelu);
    compare<T, TanhGELU>(sizeof(T) == 4 ? 150 : 1500, 20, {}, tanh_gelu);
    compare<T, TanhGELU>(15, 20, {}, tanh_gelu, T(0x1p-7));
    compare<T, Softplus<>>(3, 3, {20}, softplus);
    compare<T, Softplus<Fraction{2, 1}>>(3, 3, {10}, [](Long x) { return softplus(2 * x) / 2; });
}

TEST_CASE("activations of exponentials: PyTorch's derivatives where they jump") {
    CHECK(derivative_at<ELU<Fraction{1, 2}>>(0) == 0.5);
    CHECK(derivative_at<CELU<Fraction{2, 1}>>(0) == 1);
    CHECK(derivative_at<SELU>(0) == doctest::Approx(1.7580993408473766).epsilon(1e-15));
    CHECK(derivative_at<Softplus<>>(20) < 1);
    CHECK(derivative_at<Softplus<>>(20.001) == 1);
}

TEST_CASE("activations of exponentials: names") {
    CHECK(ELU<>::name().view() == "ELU");
    CHECK(ELU<Fraction{1, 2}>::name().view() == "ELU<1/2>");
    CHECK(GELU::name().view() == "GELU");
    CHECK(Softplus<Fraction{2, 1}>::name().view() == "Softplus<2>");
}

}  // namespace activations_smooth_test
