#include "norma/core/reducer.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "../support/process_group.hpp"
#include "norma/core/error.hpp"

namespace reducer_test {

using namespace norma;

namespace {
std::vector<std::string> in_each(int processes, const std::string& message) {
    return std::vector<std::string>(static_cast<std::size_t>(processes), message);
}
}  // namespace

TEST_CASE("reducer: a process alone has what it gives") {
    Reducer alone;
    CHECK(alone.alone());
    CHECK(alone.rank() == 0);
    CHECK(alone.processes() == 1);
    CHECK(alone.any(true));
    CHECK_FALSE(alone.any(false));
    alone.verify_same(7, "never");
    int number[] = {3};
    alone.minimum(number);
    CHECK(number[0] == 3);
    CHECK_THROWS_WITH_AS(alone.together([] { raise<DataError>("no data"); }), "no data", DataError);
}

TEST_CASE("reducer: an error in one process ends all with the same error, wherever they are") {
    for (const int processes : {2, 5}) {
        for (int bad = 0; bad < processes; ++bad) {
            for (const int moment : {0, 1, 2}) {
                CAPTURE(processes);
                CAPTURE(bad);
                CAPTURE(moment);
                int data_errors = 0;
                std::vector<int> is_data_error(static_cast<std::size_t>(processes));
                const auto messages = ProcessGroup(processes).run([&](Reducer& reducer) {
                    try {
                        reducer.together([&] {
                            for (int step = 0; step < 3; ++step) {
                                if (reducer.rank() == bad && step == moment) raise<DataError>("sample 3 is bad");
                                if (step == 2) break;  // the others are at the end of `together`
                                reducer.agree({Reducer::training_pass, static_cast<std::uint16_t>(step)});
                            }
                        });
                    } catch (const DataError&) {
                        is_data_error[static_cast<std::size_t>(reducer.rank())] = 1;
                        throw;
                    }
                });
                for (const int found : is_data_error) data_errors += found;
                CHECK(data_errors == processes);
                CHECK(messages == in_each(processes, "rank " + std::to_string(bad) + " of " +
                                                         std::to_string(processes) + ": sample 3 is bad"));
            }
        }
    }
}

TEST_CASE("reducer: of several errors all processes get that of the first process") {
    const auto messages = ProcessGroup(3).run([](Reducer& reducer) {
        reducer.together([&] {
            if (reducer.rank() > 0) raise<FileError>("file " + std::to_string(reducer.rank()));
            reducer.agree();
        });
    });
    CHECK(messages == in_each(3, "rank 1 of 3: file 1"));
}

TEST_CASE("reducer: an error goes through together within together once, and work goes on after it is caught") {
    const auto messages = ProcessGroup(3).run([](Reducer& reducer) {
        reducer.together([&] {
            for (int turn = 0; turn < 3; ++turn) {
                try {
                    reducer.together([&] {
                        if (reducer.rank() == turn) throw std::bad_alloc();
                        reducer.agree();
                    });
                } catch (const Error&) {
                    if (turn == 2) throw;
                }
            }
        });
    });
    CHECK(messages == in_each(3, "rank 2 of 3: too little memory"));
}

TEST_CASE("reducer: a process that catches an error of all, and goes on while the others leave, gets it again") {
    const auto messages = ProcessGroup(3).run([](Reducer& reducer) {
        reducer.together([&] {
            try {
                reducer.together([&] {
                    if (reducer.rank() == 1) raise<DataError>("no data");
                    reducer.agree();
                });
            } catch (const DataError&) {
                if (reducer.rank() != 2) throw;
            }
            reducer.agree({Reducer::training_pass, 1});
        });
    });
    CHECK(messages == in_each(3, "rank 1 of 3: no data"));
}

TEST_CASE("reducer: processes that do not do the same get an error") {
    const auto messages = ProcessGroup(2).run([](Reducer& reducer) {
        reducer.together([&] {
            reducer.agree({reducer.rank() == 0 ? Reducer::evaluation : Reducer::training_pass, 4});
        });
    });
    CHECK(messages == in_each(2,
                              "processes do not work on the same thing (a pass over a batch and an evaluation); call "
                              "fit, evaluate and update_bn in all processes, in the same order"));
}

TEST_CASE("reducer: any is true in all processes if it is in one, and verify_same sees each bit") {
    const auto messages = ProcessGroup(3).run([](Reducer& reducer) {
        reducer.together([&] {
            if (!reducer.any(reducer.rank() == 2)) raise("any");
            if (reducer.any(false)) raise("none");
            reducer.verify_same(~std::uint64_t(0), "the same");
            reducer.verify_same(0, "the same");
        });
    });
    CHECK(messages == in_each(3, ""));
    for (int bit = 0; bit < 64; ++bit) {
        CAPTURE(bit);
        const auto differ = ProcessGroup(2).run([&](Reducer& reducer) {
            reducer.together(
                [&] { reducer.verify_same(reducer.rank() == 0 ? 0 : std::uint64_t(1) << bit, "they differ"); });
        });
        CHECK(differ == in_each(2, "they differ"));
    }
}

}  // namespace reducer_test
