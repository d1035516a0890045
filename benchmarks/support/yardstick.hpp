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
#include "norma/kernels/packet_loops.hpp"

/// Yardsticks: the limits of the machine, measured in the same run as the work that is compared with them, because the
/// clock rate and the load of the machine change from minute to minute.
namespace norma::bench {

/// Calls `work(index)` once on every thread; returns the seconds from the first begin to the last end. All threads wait
/// for the last one before they begin: so waking up is not measured, and no thread makes two calls. TBB does not
/// guarantee that every thread makes a call; if one does not arrive in time, everything is repeated.
/// @throws std::runtime_error if that happens too often.
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

/// Number of independent chains of multiply-adds. Two units with a latency of four to five cycles need ten; twelve
/// leave registers for the factors. Machines with 32 registers may have four units.
inline constexpr int fma_chains = simd::registers >= 32 ? 24 : 12;

/// Does `rounds` multiply-adds in each of `fma_chains` chains, all in registers; returns the number of floating-point
/// operations.
template <class P>
NORMA_NOINLINE double fma_chain(std::ptrdiff_t rounds) {
    using T = typename P::Scalar;
    // The compiler does not know a value that is read from a volatile. (benchmark::DoNotOptimize does not work here:
    // with GCC 12 and Google Benchmark 1.7 the variable gets an undefined value, which may be subnormal.)
    const volatile T source[2] = {T(0.999), T(0.001)};
    const P a = simd::set<P>(source[0]);
    const P b = simd::set<P>(source[1]);
    std::array<P, fma_chains> chains;
    simd::unroll<fma_chains>([&](auto i) NORMA_ALWAYS_INLINE { chains[i] = simd::set<P>(source[1] * T(int{i})); });
    for (std::ptrdiff_t round = 0; round < rounds; ++round) {
        simd::unroll<fma_chains>([&](auto i) NORMA_ALWAYS_INLINE {
            if constexpr (simd::has_fused_multiply_add) {
                chains[i] = simd::multiply_add(a, b, chains[i]);  // adds up, as convolutions do
            } else {
                chains[i] = simd::multiply_add(chains[i], a, b);  // the compiler would move a · b out of the loop
            }
        });
    }
    P total = chains[0];
    simd::unroll<fma_chains - 1>([&](auto i) NORMA_ALWAYS_INLINE { total = simd::add(total, chains[i + 1]); });
    [[maybe_unused]] volatile T result = simd::sum(total);
    return 2.0 * fma_chains * P::lanes * static_cast<double>(rounds);
}

/// Work that all threads do at the same time: returns the amount, and sets the seconds.
using SharedWork = std::function<double(double& seconds)>;

/// Calls `work(index)` on every thread at the same time; returns the sum of the amounts that it returns.
template <class Work>
double done_together(Threads& threads, double& seconds, const Work& work) {
    std::vector<double> done(static_cast<std::size_t>(threads.count()));
    seconds = seconds_together(threads, [&](int index) { done[static_cast<std::size_t>(index)] = work(index); });
    return std::accumulate(done.begin(), done.end(), 0.0);
}

/// Does `rounds` multiply-adds in each chain, with packets of type `P`, on every thread at the same time, see
/// `done_together`.
template <class P>
double fma_together(Threads& threads, double& seconds, std::ptrdiff_t rounds) {
    return done_together(threads, seconds, [=](int) { return fma_chain<P>(rounds); });
}

/// Registers a benchmark of the work that `make(threads)` returns; `counter` is its rate in billions per second. `make`
/// is called once for each repetition, before the time starts.
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
        ->MinTime(0.1);  // for each repetition; the report uses their median
}

/// Registers the rate of fused multiply-adds with packets of type `P` (of multiplications and additions if the
/// instruction set has none): counter `gflops`.
template <class P>
void register_fma(const std::string& name, int thread_count) {
    register_rate(name, "gflops", thread_count, [](Threads& threads) -> SharedWork {
        return [&threads](double& seconds) {
            return fma_together<P>(threads, seconds, 1 << 19);  // about a millisecond
        };
    });
}

/// Registers the peak with which the other benchmarks are compared.
inline void register_fma_yardstick(std::initializer_list<int> thread_counts = {1, 2}) {
    for (const int threads : thread_counts) {
        register_fma<simd::Widest<float>>("yardstick/fma/threads:" + std::to_string(threads), threads);
    }
}

/// The kinds of access for measuring bandwidth.
enum class Traffic { read, copy, add };

/// Number of arrays that one pass of `Traffic` reads and writes.
constexpr std::size_t arrays_of(Traffic traffic) { return static_cast<std::size_t>(traffic) + 1; }

constexpr const char* name_of(Traffic traffic) {
    constexpr std::array names = {"read", "copy", "add"};
    return names[static_cast<std::size_t>(traffic)];
}

/// One thread's arrays, of the given size together, for passes of one kind of traffic.
class Stream {
    using P = simd::Widest<float>;
    static constexpr int unrolled = 8;  ///< independent sums, so that latency does not limit reading
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
            asm volatile("");  // otherwise the compiler calls memcpy, whose stores may bypass the caches
        }
    }

    Traffic traffic_;
    std::size_t count_;
    AlignedBuffer<float> from_;
    AlignedBuffer<float> other_;
    AlignedBuffer<float> to_;
};

/// Registers the bandwidth for arrays of `kilobytes` (of 1,024 bytes), separate ones for every thread. Counter
/// `gigabytes`: per second, of all threads together.
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

/// Sizes of arrays in the first-level data cache, in the second-level cache, and in memory, in kilobytes: half of the
/// first level, half of the second level, and four times the largest cache.
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
