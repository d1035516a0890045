#include "interrupt.hpp"

#include <signal.h>

#include <atomic>

namespace norma::compare {
namespace {

std::atomic<int> noted{0};
bool agreed = false;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use only lock-free atomics");

/// Keeps the first signal: if Ctrl-C ends a whole pipeline, SIGPIPE follows.
extern "C" void note_signal(int number) {
    int none = 0;
    noted.compare_exchange_strong(none, number, std::memory_order_relaxed);
}

}  // namespace

void watch_signals() {
    noted = 0;
    agreed = false;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE}) {
        struct sigaction before {};
        sigaction(number, nullptr, &before);
        // nohup ignores SIGHUP on purpose. Other ignored signals are inherited by accident (SIGINT from a script's &).
        if (number == SIGHUP && before.sa_handler == SIG_IGN) continue;
        struct sigaction action {};
        action.sa_handler = note_signal;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;
        // A second signal of the same kind ends the program. Not SIGPIPE: every line printed to a closed pipe sends it.
        if (number != SIGPIPE) action.sa_flags |= static_cast<int>(SA_RESETHAND);
        sigaction(number, &action, nullptr);
    }
}

int stop_signal() { return noted.load(std::memory_order_relaxed); }

bool stop_agreed(Reducer& processes) {
    agreed = processes.any(stop_signal() != 0) || agreed;
    if (agreed) note_signal(SIGTERM);
    return agreed;
}

bool stop_was_agreed() { return agreed; }

}  // namespace norma::compare
