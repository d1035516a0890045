#pragma once

#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <thread>

#include "distributed/link.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"
#include "report/scaling.hpp"

namespace norma::bench {

/// Adds up what the exchanges of `inner` would take over a network, or makes them take that long.
class DelayingReducer : public Reducer {
    using Begins = std::span<const std::size_t>;

public:
    /// At first it only adds up.
    DelayingReducer(Reducer& inner, const Link& link)
        : Reducer(inner.rank(), inner.processes()), inner_(inner), link_(link) {}

    /// From now on, does each exchange last as long as the network says, or as long as in `inner` if that is longer?
    void delay(bool waits) { waits_ = waits; }

    /// Seconds that the network would have taken so far.
    const ExchangeSeconds& seconds() const { return seconds_; }

    void start_work(FunctionRef<void()> work) override {
        travel_ = true;
        travel_began_ = Clock::now();
        gradients_before_ = seconds_.gradients;
        inner_.start_work(work);
    }
    void finish() override {
        const std::chrono::duration<double> computed = Clock::now() - travel_began_;
        inner_.finish();
        if (travel_) seconds_.hidden += std::min(computed.count(), seconds_.gradients - gradients_before_);
        travel_ = false;
    }

    void minimum(std::span<int> numbers) override {
        inner_.minimum(numbers);  // the processes meet here, so the time of it counts from now on
        last(seconds_.agreement, Clock::now(), reduction_seconds(link_, processes(), numbers.size_bytes()));
    }
    void broadcast(std::span<std::byte> bytes, int from) override {
        const auto begin = Clock::now();
        inner_.broadcast(bytes, from);
        last(seconds_.statistics, begin, broadcast_seconds(link_, processes(), bytes.size()));
    }
    void gather(std::span<std::byte> bytes, Begins begins) override {
        const auto begin = Clock::now();
        inner_.gather(bytes, begins);
        double& sum = sums_follow_ ? seconds_.gradients : seconds_.statistics;
        sums_follow_ = false;
        last(sum, begin, gather_seconds(link_, processes(), begins.back(), begins.back() - own(begins)));
    }
    void exchange(std::span<const std::byte> from, Begins from_begins, std::span<std::byte> to,
                  Begins to_begins) override {
        const auto begin = Clock::now();
        inner_.exchange(from, from_begins, to, to_begins);
        sums_follow_ = true;
        last(seconds_.gradients, begin,
             exchange_seconds(link_, processes(), from_begins.back() - own(from_begins),
                              to_begins.back() - own(to_begins)));
    }

private:
    using Clock = std::chrono::steady_clock;

    /// Bytes of this process's own part.
    std::size_t own(Begins begins) const {
        const auto at = static_cast<std::size_t>(rank());
        return begins[at + 1] - begins[at];
    }
    /// An exchange lasts so many seconds from `begin` on. The thread sleeps, since others may compute meanwhile, except
    /// for the last moment: threads wake up a little late.
    void last(double& sum, Clock::time_point begin, double seconds) {
        sum += seconds;
        if (!waits_) return;
#if defined(__linux__)
        prctl(PR_SET_TIMERSLACK, 1000UL);  // nanoseconds; of this thread, usually it is 50 microseconds
#endif
        const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        std::this_thread::sleep_until(end - std::chrono::microseconds(20));
        while (Clock::now() < end) {
        }
    }

    Reducer& inner_;
    Link link_;
    bool waits_ = false;
    bool sums_follow_ = false;  ///< after an exchange of gradients, all gather their sums
    bool travel_ = false;       ///< gradients, while the process computes,
    Clock::time_point travel_began_;
    double gradients_before_ = 0;  ///< and what those before took
    ExchangeSeconds seconds_;
};

}  // namespace norma::bench
