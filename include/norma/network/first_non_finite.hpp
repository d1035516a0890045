#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "norma/core/finite.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Finds the first node whose output has a number that is not finite, and the first sample of the batch with one
/// there. It makes a step slow. Many threads may call `made` at once.
class FirstNonFinite {
public:
    static constexpr int input = -1;  ///< the node that stands for the network's input

    /// Looks at `values`, the output of node `node` of the network's graph for sample `sample`.
    template <class T>
    void made(int node, int sample, std::span<const T> values) {
        const std::uint64_t here = place(node, sample);
        std::uint64_t first = first_.load(std::memory_order_relaxed);
        if (here >= first || all_finite(values)) return;
        while (here < first && !first_.compare_exchange_weak(first, here, std::memory_order_relaxed)) {
        }
    }

    /// Takes what another found, whose sample 0 is sample `first_sample` here.
    void take(const FirstNonFinite& other, int first_sample) {
        if (other.found()) first_ = std::min(first_.load(), place(other.node(), other.sample() + first_sample));
    }
    /// Takes the first of all processes, each of which looked at some samples.
    void join(Reducer& reducer) {
        if (!reducer.alone()) first_ = reducer.several().least(first_.load());
    }

    /// Was there such a number?
    bool found() const { return first_.load() != nowhere; }
    /// The first node; `input` if the network's input is not finite.
    int node() const { return int(first_.load() >> 32) - 1; }
    /// Its first sample in the batch.
    int sample() const { return int(first_.load() & 0xffffffffu); }

private:
    static std::uint64_t place(int node, int sample) { return std::uint64_t(node + 1) << 32 | std::uint32_t(sample); }

    static constexpr std::uint64_t nowhere = ~std::uint64_t(0);
    std::atomic<std::uint64_t> first_ = nowhere;  ///< node + 1, then sample: the smallest is the earliest
};

}  // namespace norma::inline NORMA_TARGET
