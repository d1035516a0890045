#include "interrupt.hpp"

#include <signal.h>

#include <atomic>

namespace norma::compare {
namespace {

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch nothing else");

extern "C" void note_signal(int number) { noted.store(number, std::memory_order_relaxed); }

}  // namespace

void watch_signals() {
    noted = 0;
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);  // the next of its kind finds the default: the end
    for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

int stop_signal() { return noted.load(std::memory_order_relaxed); }

}  // namespace norma::compare
