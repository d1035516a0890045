#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <vector>

#include "support/median.hpp"
#include "support/yardstick.hpp"

namespace norma::bench {

/// Times the iterations of a benchmark (registered with `UseManualTime`) and, every few milliseconds between them, the
/// peak of multiply-adds on as many threads. Other programs on the machine slow down both. So the product of time and
/// peak measures the step's work at any load. Counter `peak_gflop`: the operations that the peak would do in the time
/// of one iteration, median.
template <class Work>
void time_beside_peak(benchmark::State& state, Threads& threads, const Work& work) {
    constexpr double often = 4e-3;
    const auto peak = [&threads] {
        double seconds = 0;
        const double done = fma_together<simd::Widest<float>>(threads, seconds, 1 << 18);  // half a millisecond
        return done / seconds;
    };
    std::vector<double> peak_gflop;
    double before = peak();
    double since = 0;
    double iterations = 0;
    const auto look = [&] {
        const double after = peak();
        peak_gflop.push_back(1e-9 * since / iterations * (before + after) / 2);
        before = after;
        since = iterations = 0;
    };
    for ([[maybe_unused]] auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        state.SetIterationTime(seconds);
        since += seconds;
        ++iterations;
        if (since >= often) look();
    }
    if (iterations > 0) look();
    state.counters["peak_gflop"] = median(peak_gflop);
}

}  // namespace norma::bench
