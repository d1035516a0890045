#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What a process spent on exchanges of one kind.
struct ExchangeCost {
    std::int64_t exchanges = 0;       ///< calls, in which all processes take part
    std::int64_t sent_bytes = 0;      ///< to others; what goes to all counts once
    std::int64_t received_bytes = 0;  ///< from others
    double seconds = 0;               ///< that the process waited for them

    /// Adds (`+=`) all figures.
    ExchangeCost& operator+=(const ExchangeCost& other) {
        exchanges += other.exchanges;
        sent_bytes += other.sent_bytes;
        received_bytes += other.received_bytes;
        seconds += other.seconds;
        return *this;
    }
};

/// What a process spent on exchanges, by what was exchanged.
struct ExchangeCosts {
    ExchangeCost agreement = {};   ///< `minimum`: here a process waits for slower ones
    ExchangeCost statistics = {};  ///< of norms over the batch
    ExchangeCost gradients = {};   ///< parts of sums, then the sums; while the next pass computes they take no seconds
    ExchangeCost results = {};     ///< losses, outputs and all else

    /// Adds (`+=`) all figures.
    ExchangeCosts& operator+=(const ExchangeCosts& other) {
        agreement += other.agreement;
        statistics += other.statistics;
        gradients += other.gradients;
        results += other.results;
        return *this;
    }
    /// All but agreements: what it takes to move the numbers.
    ExchangeCost moved() const {
        ExchangeCost sum = statistics;
        sum += gradients;
        return sum += results;
    }
};

/// Measures what the exchanges of `inner` take: it is given to `Threads` in the place of `inner`, which must outlive
/// it.
class MeasuringReducer : public Reducer {
public:
    /// Joins the same processes as `inner`. A template for the same reason as the constructor of `Reducer`.
    template <std::derived_from<Reducer> Inner>
    explicit MeasuringReducer(Inner& inner) : Reducer(inner.rank(), inner.processes()), inner_(inner) {}

    /// Since the beginning or the last `reset`.
    const ExchangeCosts& costs() const { return costs_; }
    /// Begins again with 0.
    void reset() { costs_ = {}; }

    void start_work(FunctionRef<void()> work) override {
        works_ = true;
        start_seconds_ = seconds_of([&] { inner_.start_work(work); });
    }
    void finish() override {
        const double seconds = seconds_of([&] { inner_.finish(); });
        if (works_) costs_.gradients.seconds += start_seconds_ + seconds;
        works_ = false;
    }

    void minimum(std::span<int> numbers) override {
        measured(costs_.agreement, numbers.size_bytes(), numbers.size_bytes(), [&] { inner_.minimum(numbers); });
    }
    void broadcast(std::span<std::byte> bytes, int from) override {
        measured(costs_.results, from == rank() ? bytes.size() : 0, from == rank() ? 0 : bytes.size(),
                 [&] { inner_.broadcast(bytes, from); });
    }
    void gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) override {
        ExchangeCost& cost = sums_follow_                    ? costs_.gradients
                             : place().what == training_pass ? costs_.statistics
                                                             : costs_.results;
        sums_follow_ = false;
        measured(cost, own(begins), begins.back() - own(begins), [&] { inner_.gather(bytes, begins); });
    }
    void exchange(std::span<const std::byte> from, std::span<const std::size_t> from_begins, std::span<std::byte> to,
                  std::span<const std::size_t> to_begins) override {
        sums_follow_ = true;
        measured(costs_.gradients, from_begins.back() - own(from_begins), to_begins.back() - own(to_begins),
                 [&] { inner_.exchange(from, from_begins, to, to_begins); });
    }

private:
    std::size_t own(std::span<const std::size_t> begins) const {
        const auto at = static_cast<std::size_t>(rank());
        return begins[at + 1] - begins[at];
    }
    template <class F>
    void measured(ExchangeCost& cost, std::size_t sent, std::size_t received, const F& f) {
        const double seconds = seconds_of(f);
        cost += {1, static_cast<std::int64_t>(sent), static_cast<std::int64_t>(received), works_ ? 0 : seconds};
    }
    template <class F>
    static double seconds_of(const F& f) {
        const auto begin = std::chrono::steady_clock::now();
        f();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

    Reducer& inner_;
    ExchangeCosts costs_;
    bool works_ = false;  ///< from `start_work` to `finish`, whose time counts instead of that of the exchanges
    double start_seconds_ = 0;
    bool sums_follow_ = false;  ///< after an exchange of gradients, all gather their sums
};

}  // namespace norma::inline NORMA_TARGET
