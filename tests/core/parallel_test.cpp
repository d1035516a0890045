#include "norma/core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

#include "../support/message.hpp"
#include "../support/own_parallel.hpp"

namespace parallel_test {

using namespace norma;

TEST_CASE("each index is visited once, and no slot is used by two calls at a time") {
    for (const int wanted : {1, 2, 3, 8}) {
        Threads threads(wanted);
        REQUIRE(threads.count() == wanted);
        for (const int n : {0, 1, 2, 7, 1000}) {
            std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
            std::vector<std::atomic<int>> busy(static_cast<std::size_t>(wanted));
            std::atomic<int> outside{0};
            std::atomic<int> shared{0};
            threads.for_each(n, [&](int i, int slot) {
                ++visits[static_cast<std::size_t>(i)];
                if (slot < 0 || slot >= wanted) {
                    ++outside;
                    return;
                }
                if (++busy[static_cast<std::size_t>(slot)] != 1) ++shared;
                --busy[static_cast<std::size_t>(slot)];
            });
            CHECK(outside == 0);
            CHECK(shared == 0);
            int once = 0;
            for (const auto& v : visits) once += v == 1;
            CHECK(once == n);
        }
    }
}

TEST_CASE("a task that waits for parallel work of its own is not interrupted by another task in its slot") {
    for (const int wanted : {1, 2, 3, 8}) {
        CAPTURE(wanted);
        Threads threads(wanted);
        std::vector<std::atomic<int>> busy(static_cast<std::size_t>(wanted));
        std::atomic<int> shared{0};
        std::atomic<int> halves{0};
        threads.for_each(24, [&](int, int slot) {
            if (++busy[static_cast<std::size_t>(slot)] != 1) ++shared;
            in_two_halves(threads, [&](int) { ++halves; });
            --busy[static_cast<std::size_t>(slot)];
        });
        CHECK(shared == 0);
        CHECK(halves == 24 * 2);
    }
}

TEST_CASE("a task that calls for_each of the same threads is not interrupted either") {
    for (const int wanted : {2, 3, 8}) {
        CAPTURE(wanted);
        Threads threads(wanted);
        std::vector<std::atomic<int>> busy(static_cast<std::size_t>(wanted));
        std::atomic<int> shared{0};
        std::atomic<int> inner{0};
        threads.for_each(24, [&](int, int slot) {
            if (++busy[static_cast<std::size_t>(slot)] != 1) ++shared;
            const auto again = [&](int n, const auto& body) { threads.for_each(n, [&](int i, int) { body(i); }); };
            in_two_halves_by(again, [&](int) { ++inner; });
            --busy[static_cast<std::size_t>(slot)];
        });
        CHECK(shared == 0);
        CHECK(inner == 24 * 2);
    }
}

TEST_CASE("a caller's own parallel work is not begun by a thread that waits within a task") {
    const oneapi::tbb::global_control four(oneapi::tbb::global_control::max_allowed_parallelism, 4);
    Threads callers(4);
    for (const int wanted : {1, 2, 4}) {
        for (const int tasks : {1, 3}) {
            CAPTURE(wanted);
            CAPTURE(tasks);
            std::atomic<int> entered{0};
            std::atomic<int> done{0};
            oneapi::tbb::task_arena(4).execute([&] {
                own_parallel_for(callers, 24, [&](int) {
                    static thread_local int inside = 0;
                    if (++inside != 1) ++entered;
                    Threads threads(wanted);
                    threads.for_each(tasks, [&](int, int) { in_two_halves(threads, [&](int) { ++done; }); });
                    --inside;
                });
            });
            CHECK(entered == 0);
            CHECK(done == 24 * tasks * 2);
        }
    }
}

TEST_CASE("0 threads means as many as the machine has") { CHECK(Threads(0).count() >= 1); }

TEST_CASE("an exception in a task reaches the caller, and the threads stay usable") {
    for (const int wanted : {1, 3}) {
        Threads threads(wanted);
        CHECK_THROWS_AS(threads.for_each(100,
                                         [](int i, int) {
                                             if (i == 50) raise<TrainingError>("x");
                                         }),
                        TrainingError);
        std::atomic<int> sum{0};
        threads.for_each(100, [&](int i, int) { sum += i; });
        CHECK(sum == 4950);
    }
}

TEST_CASE("an impossible number of threads is refused, and the message has the range") {
    CHECK(mentions(message_of<OptionError>([] { Threads threads(-1); }), "-1", "1024"));
    CHECK(mentions(message_of<OptionError>([] { Threads threads(Threads::most + 1); }), "1025", "1024"));
}

}  // namespace parallel_test
