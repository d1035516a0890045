#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "norma/core/background_thread.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"

/// "Processes" that are threads of one process, joined through its memory: what several processes compute can be tested
/// anywhere, and ThreadSanitizer sees it.
class ProcessGroup {
public:
    /// With `overlaps`, a process has a thread that exchanges while it computes.
    explicit ProcessGroup(int processes, bool overlaps = true) : shared_(processes), overlaps_(overlaps) {}

    /// Calls `f(reducer)` in each process, and returns the message of what each threw; empty if nothing.
    std::vector<std::string> run(const std::function<void(norma::Reducer&)>& f) {
        const std::size_t count = shared_.slots.size();
        std::vector<std::string> messages(count);
        std::vector<std::thread> threads;
        for (std::size_t rank = 0; rank < count; ++rank) {
            threads.emplace_back([&, rank] {
                Member member(shared_, static_cast<int>(rank), overlaps_);
                try {
                    f(member);
                } catch (const std::exception& error) {
                    messages[rank] = error.what();
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        return messages;
    }

private:
    struct Slot {
        std::span<const std::byte> bytes;
        std::span<const std::size_t> begins;
        std::vector<int> numbers;
    };
    struct Shared {
        explicit Shared(int processes) : slots(static_cast<std::size_t>(processes)), barrier(processes) {}
        std::vector<Slot> slots;
        std::barrier<> barrier;
    };

    class Member : public norma::Reducer {
    public:
        Member(Shared& shared, int rank, bool overlaps)
            : Reducer(rank, static_cast<int>(shared.slots.size())), shared_(shared), overlaps_(overlaps) {}

        void start_work(norma::FunctionRef<void()> work) override { overlaps_ ? thread_.start_work(work) : work(); }
        void finish() override { thread_.wait(); }
        void minimum(std::span<int> numbers) override {
            own().numbers.assign(numbers.begin(), numbers.end());
            meet();
            for (const Slot& slot : shared_.slots) {
                for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = std::min(numbers[k], slot.numbers[k]);
            }
            meet();
        }
        void broadcast(std::span<std::byte> bytes, int from) override {
            own().bytes = bytes;
            meet();
            if (from != rank()) std::ranges::copy(shared_.slots[static_cast<std::size_t>(from)].bytes, bytes.begin());
            meet();
        }
        void gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) override {
            own().bytes = bytes;
            meet();
            for (std::size_t p = 0; p < shared_.slots.size(); ++p) {
                if (p == static_cast<std::size_t>(rank())) continue;
                std::ranges::copy(part(shared_.slots[p].bytes, begins, p), bytes.begin() + std::ptrdiff_t(begins[p]));
            }
            meet();
        }
        void exchange(std::span<const std::byte> from, std::span<const std::size_t> from_begins,
                      std::span<std::byte> to, std::span<const std::size_t> to_begins) override {
            own().bytes = from;
            own().begins = from_begins;
            meet();
            for (std::size_t p = 0; p < shared_.slots.size(); ++p) {
                const Slot& slot = shared_.slots[p];
                std::ranges::copy(part(slot.bytes, slot.begins, static_cast<std::size_t>(rank())),
                                  to.begin() + std::ptrdiff_t(to_begins[p]));
            }
            meet();
        }

    private:
        static std::span<const std::byte> part(std::span<const std::byte> bytes, std::span<const std::size_t> begins,
                                               std::size_t p) {
            return bytes.subspan(begins[p], begins[p + 1] - begins[p]);
        }
        Slot& own() { return shared_.slots[static_cast<std::size_t>(rank())]; }
        void meet() { shared_.barrier.arrive_and_wait(); }

        Shared& shared_;
        bool overlaps_;
        norma::BackgroundThread thread_;
    };

    Shared shared_;
    bool overlaps_;
};
