#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "norma/core/aligned_buffer.hpp"
#include "norma/core/parallel.hpp"
#include "norma/kernels/packet.hpp"

/// What the machine can do at most, measured in the same run as the work that is judged by it: clock and neighbours
/// change from minute to minute.
namespace norma::bench {

/// Seconds from the first thread's begin to the last one's end, where every thread calls `work(index)` once. All wait
/// for the last to arrive, so that neither the wake-up is measured nor two calls can share a thread. TBB does not
/// promise that every thread takes one of the calls: where one did not come in time, all is done again.
/// @throws std::runtime_error if that goes on.
template <class Work>
double seconds_together(Threads& threads, const Work& work) {
    using Clock = std::chrono::steady_clock;
    const int count = threads.count();
    std::vector<Clock::time_point> begin(static_cast<std::size_t>(count));
    std::vector<Clock::time_point> end(static_cast<std::size_t>(count));
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::atomic<int> arrived = 0;
        std::atomic<bool> together = true;
        threads.for_each(count, [&](int index, int) {
            const auto patience = Clock::now() + std::chrono::milliseconds(200);
            ++arrived;
            while (arrived < count && together) {
                if (Clock::now() > patience) together = false;
                std::this_thread::yield();
            }
            const auto i = static_cast<std::size_t>(index);
            begin[i] = Clock::now();
            work(index);
            end[i] = Clock::now();
        });
        if (together) {
            return std::chrono::duration<double>(*std::max_element(end.begin(), end.end()) -
                                                 *std::min_element(begin.begin(), begin.end()))
                .count();
        }
    }
    throw std::runtime_error("the threads of a measurement never ran at the same time");
}

/// Chains of multiply-adds that run side by side: two units of four to five cycles' latency need ten, twelve leave
/// registers for the factors. Machines of 32 registers may have four units.
inline constexpr int fma_chains = simd::registers >= 32 ? 24 : 12;

/// Runs `rounds` multiply-adds in each of `fma_chains` chains, all in registers, and returns how many floating-point
/// operations that was.
template <class P>
NORMA_NOINLINE double fma_chain(std::ptrdiff_t rounds) {
    using T = typename P::Scalar;
    // What is read from a volatile the compiler cannot reckon with. (benchmark::DoNotOptimize on a variable is no help:
    // built by GCC 12, the one of Google Benchmark 1.7 leaves it with whatever lay there, which may be a denormal.)
    const volatile T source[2] = {T(0.999), T(0.001)};
    const P a = simd::set<P>(source[0]);
    const P b = simd::set<P>(source[1]);
    std::array<P, fma_chains> chains;
    simd::unroll<fma_chains>([&](auto i) NORMA_ALWAYS_INLINE { chains[i] = simd::set<P>(source[1] * T(int{i})); });
    for (std::ptrdiff_t round = 0; round < rounds; ++round) {
        simd::unroll<fma_chains>([&](auto i) NORMA_ALWAYS_INLINE {
            if constexpr (simd::has_fused_multiply_add) {
                chains[i] = simd::multiply_add(a, b, chains[i]);  // sums up, as convolutions do
            } else {
                chains[i] = simd::multiply_add(chains[i], a, b);  // a · b would be taken out of the loop
            }
        });
    }
    P total = chains[0];
    simd::unroll<fma_chains - 1>([&](auto i) NORMA_ALWAYS_INLINE { total = simd::add(total, chains[i + 1]); });
    [[maybe_unused]] volatile T result = simd::sum(total);
    return 2.0 * fma_chains * P::lanes * static_cast<double>(rounds);
}

/// Some work that all threads do at once: returns how much was done, and sets how many seconds that took.
using SharedWork = std::function<double(double& seconds)>;

/// Calls `work(index)`, which returns how much it has done, on every thread at once, and sums that up.
template <class Work>
double done_together(Threads& threads, double& seconds, const Work& work) {
    std::vector<double> done(static_cast<std::size_t>(threads.count()));
    seconds = seconds_together(threads, [&](int index) { done[static_cast<std::size_t>(index)] = work(index); });
    return std::accumulate(done.begin(), done.end(), 0.0);
}

/// Runs `rounds` multiply-adds in each chain of packets of type `P` on every thread at once: as `done_together`.
template <class P>
double fma_together(Threads& threads, double& seconds, std::ptrdiff_t rounds) {
    return done_together(threads, seconds, [=](int) { return fma_chain<P>(rounds); });
}

/// Registers a benchmark of the work that `make(threads)` returns: its rate, in billions a second, is `counter`. `make`
/// is called once a repetition, before the time starts.
template <class Make>
void register_rate(const std::string& name, const char* counter, int thread_count, const Make& make) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) {
                                     Threads threads(thread_count);
                                     const SharedWork work = make(threads);
                                     double done = 0, total = 0;
                                     for ([[maybe_unused]] auto _ : state) {
                                         double seconds = 0;
                                         done += work(seconds);
                                         total += seconds;
                                         state.SetIterationTime(seconds);
                                     }
                                     state.counters[counter] = 1e-9 * done / total;
                                 })
        ->UseManualTime()
        ->MinTime(0.1);  // of each repetition: the median over these counts
}

/// Registers the rate of fused multiply-adds (a plain multiplication and addition where the instruction set has none)
/// on packets of type `P`: counter `gflops`.
template <class P>
void register_fma(const std::string& name, int thread_count) {
    register_rate(name, "gflops", thread_count, [](Threads& threads) -> SharedWork {
        return [&threads](double& seconds) {
            return fma_together<P>(threads, seconds, 1 << 19);  // about a millisecond
        };
    });
}

/// Registers the peak that the shares of the other benchmarks are of.
inline void register_fma_yardstick(std::initializer_list<int> thread_counts = {1, 2}) {
    for (const int threads : thread_counts) {
        register_fma<simd::Widest<float>>("yardstick/fma/threads:" + std::to_string(threads), threads);
    }
}

/// What is done with an array to measure the bandwidth of where it lies.
enum class Traffic { read, copy, add };

/// Arrays that one pass of `Traffic` goes through.
constexpr std::size_t arrays_of(Traffic traffic) { return static_cast<std::size_t>(traffic) + 1; }

constexpr const char* name_of(Traffic traffic) {
    constexpr std::array names = {"read", "copy", "add"};
    return names[static_cast<std::size_t>(traffic)];
}

/// One thread's arrays, together as large as asked, for passes of one kind of traffic.
class Stream {
    using P = simd::Widest<float>;
    static constexpr int unrolled = 8;  ///< sums that run side by side, so that latency does not limit reading
    static constexpr std::size_t step = std::size_t(unrolled * P::lanes);

public:
    Stream(Traffic traffic, std::size_t bytes)
        : traffic_(traffic),
          count_(std::max(std::size_t{1}, bytes / arrays_of(traffic) / sizeof(float) / step) * step),
          from_(count_),
          other_(traffic == Traffic::add ? count_ : 0),
          to_(traffic == Traffic::read ? 0 : count_) {}

    /// Goes through the arrays `passes` times; returns the bytes that were read and written.
    double run(std::ptrdiff_t passes) {
        for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
            if (traffic_ == Traffic::read) read();
            if (traffic_ == Traffic::copy) copy();
            if (traffic_ == Traffic::add) add();
            benchmark::ClobberMemory();
        }
        return static_cast<double>(passes) * static_cast<double>(arrays_of(traffic_) * count_ * sizeof(float));
    }

private:
    NORMA_NOINLINE void read() const {
        const float* const from = from_.data();
        std::array<P, unrolled> sums;
        sums.fill(simd::set<P>(0));
        for (std::size_t at = 0; at < count_; at += step) {
            simd::unroll<unrolled>([&](auto i) NORMA_ALWAYS_INLINE {
                sums[i] = simd::add(sums[i], simd::load<P>(from + at + i * P::lanes));
            });
        }
        simd::unroll<unrolled - 1>([&](auto i) NORMA_ALWAYS_INLINE { sums[0] = simd::add(sums[0], sums[i + 1]); });
        [[maybe_unused]] volatile float result = simd::sum(sums[0]);
    }
    NORMA_NOINLINE void copy() {
        for_each_packet([from = from_.data()](std::size_t at) NORMA_ALWAYS_INLINE { return simd::load<P>(from + at); });
    }
    NORMA_NOINLINE void add() {
        for_each_packet([a = from_.data(), b = other_.data()](std::size_t at)
                            NORMA_ALWAYS_INLINE { return simd::add(simd::load<P>(a + at), simd::load<P>(b + at)); });
    }

    /// Writes `value(at)` to every place of `to_`.
    template <class Value>
    NORMA_ALWAYS_INLINE void for_each_packet(const Value& value) {
        float* const to = to_.data();
        for (std::size_t at = 0; at < count_; at += step) {
            simd::unroll<unrolled>([&](auto i) NORMA_ALWAYS_INLINE {
                const std::size_t packet = at + std::size_t(int{i} * P::lanes);
                simd::store(to + packet, value(packet));
            });
            asm volatile("");  // or the compiler would call memcpy, whose stores may go past the caches
        }
    }

    Traffic traffic_;
    std::size_t count_;
    AlignedBuffer<float> from_;
    AlignedBuffer<float> other_;
    AlignedBuffer<float> to_;
};

/// Registers the bandwidth of every thread's own arrays of `kilobytes` (of 1,024 bytes): counter `gigabytes` a second,
/// of all threads together.
inline void register_bandwidth(const std::string& name, Traffic traffic, int kilobytes, int thread_count) {
    const auto bytes = static_cast<std::size_t>(kilobytes) * 1024;
    const auto passes = static_cast<std::ptrdiff_t>(1 + (std::size_t{1} << 25) / bytes);
    register_rate(name, "gigabytes", thread_count, [=](Threads& threads) -> SharedWork {
        std::vector<Stream> streams(static_cast<std::size_t>(thread_count), Stream(traffic, bytes));
        return [=, &threads](double& seconds) mutable {
            return done_together(threads, seconds,
                                 [&](int index) { return streams[static_cast<std::size_t>(index)].run(passes); });
        };
    });
}

/// Half of the first-level data cache, half of the second level, and four times the largest cache, in kilobytes: sizes
/// that lie in the one, in the other, and in memory.
inline std::array<int, 3> bandwidth_sizes() {
    int first = 32 << 10, second = 256 << 10, largest = 16 << 20;
    for (const auto& cache : benchmark::CPUInfo::Get().caches) {
        if (cache.level == 1 && cache.type == "Data") first = cache.size;
        if (cache.level == 2) second = cache.size;
        largest = std::max(largest, cache.size);
    }
    return {first / 2048, second / 2048, std::min(largest / 256, 512 << 10)};
}

}  // namespace norma::bench
