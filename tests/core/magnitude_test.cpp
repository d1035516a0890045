#include "norma/core/magnitude.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace magnitude_test {

using namespace norma;

TEST_CASE_TEMPLATE("magnitude: the order is that of |x|, with infinity above all numbers and NaN above infinity", T,
                   float, double) {
    using Limits = std::numeric_limits<T>;
    const std::vector<T> rising{0,       Limits::denorm_min(), Limits::min(),     T(0.5), T(1),
                                T(1e20), Limits::max(),        Limits::infinity()};
    for (std::size_t i = 0; i < rising.size(); ++i) {
        CHECK(magnitude(rising[i]) == magnitude(-rising[i]));
        CHECK((magnitude(rising[i]) >= infinite_magnitude<T>) == (i + 1 == rising.size()));
        if (i > 0) CHECK(magnitude(rising[i]) > magnitude(rising[i - 1]));
    }
    for (const T none : {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::signaling_NaN()}) {
        CHECK(magnitude(none) > magnitude(Limits::infinity()));
    }
    CHECK(magnitude(Limits::infinity()) == infinite_magnitude<T>);
}

TEST_CASE_TEMPLATE("magnitude: the largest of many, at any place", T, float, double) {
    CHECK(largest_magnitude(std::span<const T>()) == 0);
    CHECK_FALSE(any_above(std::span<const T>(), T(0)));
    for (const std::size_t size : {1u, 2u, 7u, 8u, 33u, 100u}) {
        for (std::size_t at = 0; at < size; ++at) {
            std::vector<T> values(size, T(0.5));
            values[at] = T(-3);
            CHECK(any_above(std::span<const T>(values), T(2.9)));
            CHECK_FALSE(any_above(std::span<const T>(values), T(3)));
            CHECK(largest_magnitude(std::span<const T>(values)) == magnitude(T(3)));
            values[at] = std::numeric_limits<T>::quiet_NaN();
            CHECK(largest_magnitude(std::span<const T>(values)) > infinite_magnitude<T>);
            CHECK(any_above(std::span<const T>(values), std::numeric_limits<T>::max()));
        }
    }
}

}  // namespace magnitude_test
