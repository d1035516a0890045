#pragma once

#include <algorithm>
#include <cstddef>

#include "norma/core/parallel.hpp"
#include "norma/core/target.hpp"
#include "norma/network/chunks.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// Adds the chunks' gradients in a fixed tree: `chunks` arrays of `size` numbers, each `stride` after the one before,
/// the first at `gradients`. The sum is in the first array, the others have partial sums. A thread takes an interval of
/// 4,096 numbers at a time and adds it in steps of 256, of which those of all 16 chunks (16 KiB of floats) fit the L1
/// cache.
template <class T>
void sum_gradients(Threads& threads, T* gradients, long long size, std::size_t stride, int chunks) {
    constexpr long long interval = 4096;
    constexpr long long step = 256;
    const int intervals = static_cast<int>((size + interval - 1) / interval);
    threads.for_each(intervals, [&](int n, int) {
        const long long interval_end = std::min(size, (n + 1) * interval);
        for (long long begin = n * interval; begin < interval_end; begin += step) {
            const long long end = std::min(interval_end, begin + step);
            merge_in_tree(chunks, [&](int a, int b) {
                T* const to = gradients + std::size_t(a) * stride;
                const T* const from = gradients + std::size_t(b) * stride;
                for (long long i = begin; i < end; ++i) to[i] += from[i];
            });
        }
    });
}

}  // namespace norma::inline NORMA_TARGET::detail
