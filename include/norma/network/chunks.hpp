#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// How a batch is shared out: into at most this many runs of neighbouring samples, whatever the number of threads. Each
/// chunk has gradients of its own, which are added in a fixed tree, so the sums are the same bits on any machine of the
/// same kind; and memory for gradients does not grow with the batch.
inline constexpr int most_chunks = 16;

/// The chunks of a batch, each a run of samples.
struct Chunks {
    int samples = 0;  ///< of the batch

    /// How many there are.
    constexpr int count() const { return std::min(samples, most_chunks); }
    /// First sample of a chunk.
    constexpr int begin(int chunk) const { return static_cast<int>(static_cast<long long>(chunk) * samples / count()); }
    /// One past the last sample of a chunk.
    constexpr int end(int chunk) const { return begin(chunk + 1); }
};

/// Calls `merge(a, b)`, which is to merge part b into part a, so that part 0 ends up with all of `parts`: neighbours
/// first, then neighbours of those. The order depends on `parts` alone.
template <class Merge>
constexpr void merge_in_tree(int parts, const Merge& merge) {
    for (int step = 1; step < parts; step *= 2) {
        for (int a = 0; a + step < parts; a += 2 * step) merge(a, a + step);
    }
}

}  // namespace norma::inline NORMA_TARGET
