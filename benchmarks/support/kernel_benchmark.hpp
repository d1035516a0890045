#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/fixed_string.hpp"
#include "norma/core/random.hpp"
#include "norma/core/shape.hpp"
#include "support/yardstick.hpp"

/// Shared by the benchmarks of single kernels: arrays, names, and the check and timing of a kernel.
namespace norma::bench {

/// Numbers uniform in [low, high), aligned as in the library. Long arrays repeat the same numbers, because drawing them
/// would take longer than the measurement; the period is a prime, so that samples differ.
inline AlignedBuffer<float> random_array(std::size_t size, std::uint64_t seed, float low = -1, float high = 1) {
    constexpr std::size_t period = 65521;
    RandomSequence random({seed, Purpose::synthetic, 0, 0, 0});
    AlignedBuffer<float> numbers(size);
    for (std::size_t i = 0; i < std::min(size, period); ++i) numbers[i] = random.uniform(low, high);
    for (std::size_t i = period; i < size; ++i) numbers[i] = numbers[i - period];
    return numbers;
}

/// A counter of billions per second, if every iteration does `amount`.
inline benchmark::Counter billions(double amount) {
    return {1e-9 * amount, benchmark::Counter::kIsIterationInvariantRate};
}

/// A counter of nanoseconds for each of the `count` elements of an iteration.
inline benchmark::Counter nanoseconds_each(double count) {
    return {1e-9 * count, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

/// Registers a benchmark of `run(work)`; `make()` makes `work` before the time starts. The static function `error()` of
/// the work compares the kernels with plain loops: only kernels that agree are timed.
template <class Make, class Run>
void register_kernel(const std::string& name, double min_time, const benchmark::UserCounters& counters,
                     const Make& make, const Run& run) {
    const auto measure = [=](benchmark::State& state) {
        auto work = make();
        if (!(decltype(work)::error() < 1e-4)) return state.SkipWithError("differs from plain loops");
        auto* address = &work;
        benchmark::DoNotOptimize(address);  // so that the compiler does not remove the work, whose results are not read
        for ([[maybe_unused]] auto _ : state) {
            run(work);
            benchmark::ClobberMemory();
        }
        state.counters.insert(counters.begin(), counters.end());
    };
    benchmark::RegisterBenchmark(name.c_str(), measure)->MinTime(min_time);
}

/// Registers the copying bandwidth of one thread in each level of memory, which limits half of the kernels.
inline void register_bandwidth_yardstick() {
    for (const int kilobytes : bandwidth_sizes()) {
        register_bandwidth("yardstick/bandwidth/kB:" + std::to_string(kilobytes) + "/threads:1", Traffic::copy,
                           kilobytes, 1);
    }
}

}  // namespace norma::bench
