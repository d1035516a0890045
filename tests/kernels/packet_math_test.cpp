#include "norma/kernels/packet_math.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "error_in_ulp.hpp"

namespace packet_math_test {

using namespace norma;

namespace {

using Long = long double;

/// Compares `f` with `right`, to `most` units in the last place, and the packets of all widths with each other.
template <class T, class F, class G>
void compare(const char* name, double most, const F& f, const G& right) {
    CAPTURE(name);
    CHECK(largest_error_in_ulp<T>(f, right) <= most);
    CHECK(other_bits<simd::Widest<T>>(numbers_of_all_sizes<T>(), f) == "");
}

}  // namespace

TEST_CASE_TEMPLATE("functions of packets: the error in units in the last place, and the same bits in every width", T,
                   float, double) {
    // Without a fused multiply-add exp(-x²/2) has the error of x², times x²/2: up to 90 units for float, 750 for
    // double.
    const double squares = simd::has_fused_multiply_add ? 0 : (sizeof(T) == 4 ? 90 : 750);
    compare<T>(
        "exp", 1, [](auto x) { return simd::exp(x); }, [](Long x) { return std::exp(x); });
    compare<T>(
        "expm1", 2, [](auto x) { return simd::expm1(x); }, [](Long x) { return std::expm1(x); });
    compare<T>(
        "log", 2, [](auto x) { return simd::log(x); }, [](Long x) { return std::log(x); });
    compare<T>(
        "tanh", 3, [](auto x) { return simd::tanh(x); }, [](Long x) { return std::tanh(x); });
    compare<T>(
        "sigmoid", 3, [](auto x) { return simd::sigmoid(x); }, [](Long x) { return 1 / (1 + std::exp(-x)); });
    compare<T>(
        "softplus", 3, [](auto x) { return simd::softplus(x); },
        [](Long x) { return std::max(x, Long(0)) + std::log1p(std::exp(-std::abs(x))); });
    compare<T>(
        "erf", 3, [](auto x) { return simd::erf(x); }, [](Long x) { return std::erf(x); });
    compare<T>(
        "normal distribution", 7 + squares, [](auto x) { return simd::normal(x).distribution; },
        [](Long x) { return std::erfc(x * -0.70710678118654752440084436L) / 2; });
    compare<T>(
        "normal density", 3 + squares, [](auto x) { return simd::normal(x).density; },
        [](Long x) { return std::exp(-x * x / 2) * 0.39894228040143267793994606L; });
}

TEST_CASE_TEMPLATE("functions of packets: the sign of 0, and results that are exact", T, float, double) {
    using P = simd::Widest<T>;
    const auto of = [](auto f, T x) {
        T out[P::lanes];
        simd::store(out, f(simd::set<P>(x)));
        return out[P::lanes - 1];
    };
    CHECK(of([](P x) { return simd::exp(x); }, 0) == 1);
    CHECK(of([](P x) { return simd::exp(x); }, 1000) == std::numeric_limits<T>::infinity());
    CHECK(of([](P x) { return simd::exp(x); }, -1000) == 0);
    CHECK(of([](P x) { return simd::expm1(x); }, -50) == -1);
    CHECK(of([](P x) { return simd::log(x); }, 1) == 0);
    CHECK(of([](P x) { return simd::log(x); }, 0) == -std::numeric_limits<T>::infinity());
    CHECK(std::isnan(of([](P x) { return simd::log(x); }, -1)));
    CHECK(of([](P x) { return simd::tanh(x); }, 50) == 1);
    CHECK(std::signbit(of([](P x) { return simd::tanh(x); }, -T(0))));
    CHECK(std::signbit(of([](P x) { return simd::erf(x); }, -T(0))));
    CHECK(of([](P x) { return simd::erf(x); }, 50) == 1);
    CHECK(of([](P x) { return simd::sigmoid(x); }, 0) == T(0.5));
    CHECK(of([](P x) { return simd::normal(x).distribution; }, 50) == 1);
}

}  // namespace packet_math_test
