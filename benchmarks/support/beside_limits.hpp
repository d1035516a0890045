#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "support/median.hpp"
#include "support/yardstick.hpp"

namespace norma::bench {

/// What a call of a kernel must do at least: the operations of its multiply-adds, and the bytes of its arrays.
struct Demand {
    double operations;
    double bytes;
    Traffic traffic;  ///< how it uses them: `read`, or `copy` if it writes as well
};

/// Times a kernel of one thread (registered with `UseManualTime`) and, between slices of 0.2 ms of its calls, the peak
/// of multiply-adds and the bandwidth of the L2 cache, since all three change with the clock rate and the load of the
/// machine. Slices are short so that few of them are interrupted. Counters: `gflops`, `gigabytes`; `fma` and `l2`, the
/// shares of these limits; and `limit`, the larger of the two: the share of what limits the kernel. Medians.
template <class Kernel>
void time_beside_limits(benchmark::State& state, const Demand& demand, const Kernel& kernel) {
    using Clock = std::chrono::steady_clock;
    const auto seconds_of = [](const auto& work) {
        const auto begin = Clock::now();
        work();
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    Stream stream(demand.traffic, static_cast<std::size_t>(bandwidth_sizes()[1]) * 1024);
    std::vector<double> gflops, gigabytes, fma, l2, limit;
    for ([[maybe_unused]] auto _ : state) {
        kernel();  // brings its arrays into the cache
        int calls = 0;
        const double seconds = seconds_of([&] {
            const auto end = Clock::now() + std::chrono::microseconds(200);
            for (; calls % 4 != 0 || Clock::now() < end; ++calls) kernel();
        });
        state.SetIterationTime(seconds / calls);
        double operations = 0, bytes = 0;
        const double fma_seconds = seconds_of([&] { operations = fma_chain<simd::Widest<float>>(1 << 14); });
        stream.run(1);  // brings its arrays into the cache
        const double l2_seconds = seconds_of([&] { bytes = stream.run(20); });
        gflops.push_back(1e-9 * demand.operations * calls / seconds);
        gigabytes.push_back(1e-9 * demand.bytes * calls / seconds);
        fma.push_back(gflops.back() / (1e-9 * operations / fma_seconds));
        l2.push_back(gigabytes.back() / (1e-9 * bytes / l2_seconds));
        limit.push_back(std::max(fma.back(), l2.back()));
    }
    state.counters["gflops"] = median(gflops);
    state.counters["gigabytes"] = median(gigabytes);
    state.counters["fma"] = median(fma);
    state.counters["l2"] = median(l2);
    state.counters["limit"] = median(limit);
}

}  // namespace norma::bench
