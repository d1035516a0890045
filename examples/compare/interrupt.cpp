#include "interrupt.hpp"

#include <signal.h>

#include <atomic>

namespace norma::compare {
namespace {

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch nothing else");

/// The first counts: where Ctrl-C ends a whole pipeline, a broken pipe follows.
extern "C" void note_signal(int number) {
    int none = 0;
    noted.compare_exchange_strong(none, number, std::memory_order_relaxed);
}

}  // namespace

void watch_signals() {
    noted = 0;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
        struct sigaction before {};
        sigaction(number, nullptr, &before);
        // nohup wants it so; what ignores others, such as a shell's &, hands that down without meaning it
        if (number == SIGHUP && before.sa_handler == SIG_IGN) continue;
        struct sigaction action {};
        action.sa_handler = note_signal;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;
        // The next of its kind finds the default: the end. But each line that nobody reads breaks the pipe again.
        if (number != SIGPIPE) action.sa_flags |= static_cast<int>(SA_RESETHAND);
        sigaction(number, &action, nullptr);
    }
}

int stop_signal() { return noted.load(std::memory_order_relaxed); }

}  // namespace norma::compare
