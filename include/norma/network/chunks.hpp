#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A batch is cut into at most 16 chunks of neighbouring samples, at any number of threads. Each chunk has its own
/// gradients, and a fixed tree adds them: the sums are the same bits at any number of threads, and memory for gradients
/// does not grow with the batch.
inline constexpr int most_chunks = 16;

/// The chunks of a batch, of about equal size.
struct Chunks {
    int samples = 0;  ///< of the batch

    /// How many there are.
    constexpr int count() const { return std::min(samples, most_chunks); }
    /// First sample of a chunk.
    constexpr int begin(int chunk) const { return static_cast<int>(static_cast<long long>(chunk) * samples / count()); }
    /// One past the last sample of a chunk.
    constexpr int end(int chunk) const { return begin(chunk + 1); }
};

/// Merges `parts` parts into part 0 by calls of `merge(a, b)`, which must merge part b into part a: first 1 into 0, 3
/// into 2 and so on, then 2 into 0, 6 into 4. The order depends on `parts` alone.
template <class Merge>
constexpr void merge_in_tree(int parts, const Merge& merge) {
    for (int step = 1; step < parts; step *= 2) {
        for (int a = 0; a + step < parts; a += 2 * step) merge(a, a + step);
    }
}

}  // namespace norma::inline NORMA_TARGET
