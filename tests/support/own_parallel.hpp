#pragma once

#include <oneapi/tbb/parallel_for.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "norma/core/parallel.hpp"

/// A user's own tbb::parallel_for over [0, n). ThreadSanitizer knows the order of TBB's tasks only from norma::Threads,
/// so with it `threads` are used instead.
template <class Body>
void own_parallel_for([[maybe_unused]] norma::Threads& threads, int n, const Body& body) {
#ifdef NORMA_THREAD_SANITIZER
    threads.for_each(n, [&](int i, int) { body(i); });
#else
    oneapi::tbb::parallel_for(0, n, body);
#endif
}

/// Calls half(0) and half(1) by `parallel_for(2, half)`, as a user's decoder may. If another thread takes the second
/// half, that half ends last: so the calling thread waits, and looks for other work meanwhile. Returns whether another
/// thread took it.
template <class ParallelFor, class Half>
bool in_two_halves_by(const ParallelFor& parallel_for, const Half& half) {
    using namespace std::chrono_literals;
    const std::thread::id asking = std::this_thread::get_id();
    std::atomic<bool> taken{false};
    std::atomic<bool> elsewhere{false};
    parallel_for(2, [&](int which) {
        if (which == 0) {
            for (int i = 0; i < 5 && !taken; ++i) std::this_thread::sleep_for(50us);
        } else {
            taken = true;
            if (std::this_thread::get_id() != asking) {
                elsewhere = true;
                std::this_thread::sleep_for(300us);
            }
        }
        half(which);
    });
    return elsewhere;
}

/// The same by a user's own tbb::parallel_for.
template <class Half>
bool in_two_halves(norma::Threads& threads, const Half& half) {
    return in_two_halves_by([&](int n, const auto& body) { own_parallel_for(threads, n, body); }, half);
}
