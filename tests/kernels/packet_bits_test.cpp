#include "norma/kernels/packet_bits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "error_in_ulp.hpp"

namespace packet_bits_test {

using namespace norma;

namespace {

/// For how many numbers `f` is not what `right` is, or has another sign, on packets of type `P` or narrower ones.
template <class P, class F, class G>
int faults(const F& f, const G& right) {
    using T = typename P::Scalar;
    const std::vector<T>& numbers = numbers_of_all_sizes<T>();
    const std::vector<T> values = on_packets<P>(numbers, f);
    int count = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const T wanted = right(numbers[i]);
        const bool same = std::isnan(wanted) ? std::isnan(values[i]) : values[i] == wanted;
        if (!same || std::signbit(values[i]) != std::signbit(wanted)) ++count;
    }
    if constexpr (P::lanes > 1) count += faults<simd::Narrower<P>>(f, right);
    return count;
}

}  // namespace

TEST_CASE_TEMPLATE("packet bits: sign and selection, in every width", T, float, double) {
    using P = simd::Widest<T>;
    using Limits = std::numeric_limits<T>;
    CHECK(faults<P>([](auto x) { return simd::absolute(x); }, [](T x) { return std::abs(x); }) == 0);
    CHECK(faults<P>([](auto x) { return simd::negative(x); }, [](T x) { return -x; }) == 0);
    CHECK(faults<P>([](auto x) { return simd::with_sign_of(x, simd::set<decltype(x)>(T(3))); },
                    [](T x) { return std::copysign(T(3), x); }) == 0);
    CHECK(faults<P>([](auto x) { return simd::keep_nan(x, simd::set<decltype(x)>(T(2))); },
                    [](T x) { return std::isnan(x) ? x : T(2); }) == 0);
    CHECK(faults<P>([](auto x) { return simd::keep_nan(x, simd::set<decltype(x)>(Limits::infinity())); },
                    [](T x) { return std::isnan(x) ? x : Limits::infinity(); }) == 0);
    const auto where_less = [](auto x) {
        const auto one = simd::set<decltype(x)>(T(1));
        return simd::where_less(x, one, simd::add(x, one), simd::negative(one));
    };
    CHECK(faults<P>(where_less, [](T x) { return x < 1 ? x + 1 : T(-1); }) == 0);
}

TEST_CASE_TEMPLATE("packet bits: powers of two", T, float, double) {
    using P = simd::Widest<T>;
    constexpr int least = std::numeric_limits<T>::min_exponent - 1;
    constexpr int most = std::numeric_limits<T>::max_exponent - 1;
    for (int n = least; n <= most; ++n) {
        T powers[P::lanes];
        simd::store(powers, simd::detail::power_of_two(simd::set<P>(T(n))));
        REQUIRE(powers[0] == std::ldexp(T(1), n));
        REQUIRE(powers[P::lanes - 1] == std::ldexp(T(1), n));
        REQUIRE(simd::detail::power_of_two(simd::Packet<T, 1>{T(n)}).value == std::ldexp(T(1), n));
    }
    CHECK(simd::detail::power_of_two(simd::Packet<T, 1>{T(least - 4)}, T(16)).value == std::numeric_limits<T>::min());
}

}  // namespace packet_bits_test
