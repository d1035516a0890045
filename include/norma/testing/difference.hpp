#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>

#include "norma/core/finite.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::conformance {

/// Where two lists of numbers differ most.
struct Difference {
    double relative = 0;  ///< to the largest expected number; huge if either number is not finite
    std::size_t at = 0;   ///< position in the list
    double got = 0;       ///< the number there
    double expected = 0;  ///< the number expected there
};

/// Where `got` differs most from `expected`; both have the same length.
template <class A, class B>
Difference worst_difference(const A& got, const B& expected) {
    double worst = -1;
    double largest = 1e-30;
    Difference result;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double a = static_cast<double>(got[i]);
        const double b = static_cast<double>(expected[i]);
        double error = std::abs(a - b);
        if (!is_finite(error)) error = std::numeric_limits<double>::max();
        if (is_finite(b)) largest = std::max(largest, std::abs(b));
        if (error <= worst) continue;
        worst = error;
        result = {0, i, a, b};
    }
    result.relative = std::max(worst, 0.0) / largest;
    return result;
}

/// First position where the bits differ; the length if none do.
template <class T>
std::size_t first_other_bits(std::span<const T> a, std::span<const T> b) {
    std::size_t i = 0;
    while (i < a.size() && std::memcmp(&a[i], &b[i], sizeof(T)) == 0) ++i;
    return i;
}

}  // namespace norma::inline NORMA_TARGET::conformance
