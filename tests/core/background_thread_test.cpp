#include "norma/core/background_thread.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace background_thread_test {

using namespace norma;

TEST_CASE("a background thread does its work once for each start, and rethrows once") {
    int done = 0;
    bool throws = false;
    BackgroundThread thread;
    const auto work = [&] {
        ++done;
        if (throws) throw std::runtime_error("no more");
    };
    thread.wait();  // nothing to wait for
    for (int turn = 1; turn <= 100; ++turn) {
        thread.start_work(work);
        thread.wait();
        CHECK(done == turn);
    }
    throws = true;
    thread.start_work(work);
    CHECK_THROWS_WITH_AS(thread.wait(), "no more", std::runtime_error);
    thread.wait();
    CHECK(done == 101);
    throws = false;
    thread.start_work(work);  // its destructor waits
}

}  // namespace background_thread_test
