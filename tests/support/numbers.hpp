#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <norma/core/precision.hpp>
#include <norma/core/random.hpp>

/// Whole numbers from −`most` to `most`. Their sums and products are exact, so kernels can be compared bit by bit with
/// plain loops, in any order of summation.
template <class T>
std::vector<T> whole_numbers(int size, std::uint64_t seed, int most = 6) {
    norma::RandomSequence random({seed, norma::Purpose::synthetic, 0, 0, 0});
    std::vector<T> out(static_cast<std::size_t>(size));
    for (T& value : out) {
        value = static_cast<T>(static_cast<norma::ScalarOf<T>>(
            static_cast<int>(random.below(static_cast<std::uint32_t>(2 * most + 1))) - most));
    }
    return out;
}

/// Numbers uniform in [low, high).
template <class T>
std::vector<T> real_numbers(int size, std::uint64_t seed, float low = -1, float high = 1) {
    norma::RandomSequence random({seed, norma::Purpose::synthetic, 1, 0, 0});
    std::vector<T> out(static_cast<std::size_t>(size));
    for (T& value : out) value = static_cast<T>(random.uniform(low, high));
    return out;
}

/// max |a − b| / max |b|; infinite if the sizes differ or a number is not finite.
template <class A, class B>
double error_of(const A& a, const B& b) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (a.size() != b.size()) return infinity;
    double difference = 0;
    double largest = 1e-30;
    for (std::size_t i = 0; i < b.size(); ++i) {
        const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (!std::isfinite(d)) return infinity;
        difference = std::max(difference, d);
        largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    }
    return difference / largest;
}
