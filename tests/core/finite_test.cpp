#include "norma/core/finite.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <vector>

namespace finite_test {

using namespace norma;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

static_assert(infinite_magnitude<float> == 0x7f800000u && infinite_magnitude<double> == 0x7ff0000000000000u);
static_assert(is_finite(0.0f) && is_finite(-1.0) && !is_finite(infinity) && !is_finite(no_number));
static_assert(!is_nan(infinity) && is_nan(no_number) && !is_nan(1.0));

}  // namespace

TEST_CASE_TEMPLATE("finite: the largest and the smallest numbers are; infinities and NaN are not", T, float, double) {
    using Limits = std::numeric_limits<T>;
    for (const T value : {T(0), T(-0.0), T(1), Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min()}) {
        CHECK(is_finite(value));
        CHECK_FALSE(is_nan(value));
    }
    for (const T value : {Limits::infinity(), -Limits::infinity()}) {
        CHECK_FALSE(is_finite(value));
        CHECK_FALSE(is_nan(value));
    }
    for (const T value : {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::signaling_NaN()}) {
        CHECK_FALSE(is_finite(value));
        CHECK(is_nan(value));
    }
}

TEST_CASE_TEMPLATE("finite: found at any place, in arrays of any length", T, float, double) {
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<T> values(size, std::numeric_limits<T>::max());
        CHECK(all_finite<T>(values));
        for (std::size_t i = 0; i < size; ++i) {
            for (const float bad : {infinity, -infinity, no_number}) {
                values[i] = static_cast<T>(bad);
                CHECK_FALSE(all_finite<T>(values));
            }
            values[i] = -std::numeric_limits<T>::max();
        }
    }
}

}  // namespace finite_test
