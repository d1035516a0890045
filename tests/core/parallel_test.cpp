#include "norma/core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

#include "../support/message.hpp"

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

TEST_CASE("zero threads are as many as the machine has") { CHECK(Threads(0).count() >= 1); }

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

TEST_CASE("a number of threads that cannot be is refused with its range") {
    CHECK(mentions(message_of<OptionError>([] { Threads threads(-1); }), "-1", "1024"));
    CHECK(mentions(message_of<OptionError>([] { Threads threads(Threads::most + 1); }), "1025", "1024"));
}
