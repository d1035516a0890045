#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "norma/core/random.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Uniform in (0, 1), from 53 bits.
inline double open_uniform(RandomSequence& random) {
    const std::uint64_t high = random.bits();
    return (static_cast<double>((high << 21) ^ (random.bits() >> 11)) + 0.5) * 0x1p-53;
}

/// Draws from the distribution Beta(alpha, alpha), for `alpha` > 0: by Jöhnk's algorithm up to 1, by Cheng's BB above
/// (R. C. H. Cheng, "Generating beta variates with nonintegral shape parameters", 1978).
inline double draw_beta(RandomSequence& random, double alpha) {
    if (alpha <= 1) {
        for (;;) {
            // x = u^(1/alpha), y = v^(1/alpha), accepted if x + y ≤ 1; in logarithms, since both may be too small.
            const double x = std::log(open_uniform(random)) / alpha, y = std::log(open_uniform(random)) / alpha;
            const double larger = std::max(x, y);
            const double sum = std::exp(x - larger) + std::exp(y - larger);
            if (larger + std::log(sum) <= 0) return std::exp(x - larger) / sum;
        }
    }
    const double beta = 1 / std::sqrt(alpha), gamma = alpha + 1 / beta;
    for (;;) {
        const double u = open_uniform(random), v = open_uniform(random);
        const double log_odds = beta * std::log(u / (1 - u));
        const double w = alpha * std::exp(log_odds);
        const double bound = gamma * log_odds - std::log(4.0) + 2 * alpha * std::log(2 * alpha / (alpha + w));
        if (bound >= std::log(u * u * v)) return w / (alpha + w);
    }
}

}  // namespace norma::inline NORMA_TARGET::detail
