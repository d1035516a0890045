#include "norma/kernels/activations_hard.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "activation_checker.hpp"

namespace activations_hard_test {

using namespace norma::activation;

namespace {

using Long = long double;

/// Compares policy `A` with `f`: its value to `value` units in the last place, its derivative to `derivative` units in
/// the last place of 1.
template <class T, class A, class F>
void compare(double value, double derivative, const std::vector<double>& kinks, const F& f) {
    CAPTURE(A::name().view());
    const ActivationErrors errors = errors_of_activation<T, A>(f, kinks);
    // The differences have an error of their own, which only double notices.
    const double differences = 1e-12 / static_cast<double>(std::numeric_limits<T>::epsilon());
    CHECK(errors.value <= value);
    CHECK(errors.derivative <= derivative + differences);
    CHECK(errors.from_output <= derivative + differences);
    CHECK(errors.other_bits == "");
}

Long six(Long x) { return std::isnan(x) ? x : std::clamp(x, Long(0), Long(6)); }

}  // namespace

TEST_CASE_TEMPLATE("activations in pieces: values, derivatives, and the same bits in every width", T, float, double) {
    compare<T, ReLU>(0, 0, {0}, [](Long x) { return x < 0 ? 0 : x; });
    compare<T, ReLU6>(0, 0, {0, 6}, [](Long x) { return six(x); });
    compare<T, LeakyReLU<>>(1, 1, {0}, [](Long x) { return x < 0 ? x * static_cast<Long>(T(1) / 100) : x; });
    compare<T, LeakyReLU<Fraction{-3, 4}>>(1, 0, {0}, [](Long x) { return x < 0 ? x * -0.75L : x; });
    compare<T, HardSigmoid>(2, 1, {-3, 3}, [](Long x) { return six(x + 3) / 6; });
    compare<T, HardSwish>(3, 1, {-3, 3}, [](Long x) { return x * six(x + 3) / 6; });
}

TEST_CASE("activations in pieces: PyTorch's derivatives where they jump") {
    CHECK(derivative_at<ReLU>(0) == 0);
    CHECK(derivative_at<ReLU>(-0.0) == 0);
    CHECK(derivative_at<ReLU6>(0) == 0);
    CHECK(derivative_at<ReLU6>(6) == 0);
    CHECK(derivative_at<LeakyReLU<>>(0) == 0.01);
    CHECK(derivative_at<HardSigmoid>(-3) == 0);
    CHECK(derivative_at<HardSigmoid>(3) == 0);
    CHECK(derivative_at<HardSwish>(-3) == 0);
    CHECK(derivative_at<HardSwish>(3) == 1);
    CHECK(derivative_at<HardSwish>(0) == 0.5);
}

TEST_CASE("activations in pieces: names") {
    CHECK(ReLU::name().view() == "ReLU");
    CHECK(LeakyReLU<>::name().view() == "LeakyReLU");
    CHECK(LeakyReLU<Fraction{1, 5}>::name().view() == "LeakyReLU<1/5>");
    CHECK(LeakyReLU<Fraction{2, 1}>::name().view() == "LeakyReLU<2>");
}

}  // namespace activations_hard_test
