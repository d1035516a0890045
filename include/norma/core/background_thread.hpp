#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A thread that does the same work each time it is started, while its owner does something else.
class BackgroundThread {
public:
    /// Waits for the first `start`.
    explicit BackgroundThread(std::function<void()> work) : work_(std::move(work)), thread_([this] { loop(); }) {}
    BackgroundThread(const BackgroundThread&) = delete;
    BackgroundThread& operator=(const BackgroundThread&) = delete;
    /// Waits until the work is done.
    ~BackgroundThread() {
        to(State::ends);
        thread_.join();
    }

    /// Begins the work. That of the call before must be done: call `wait` first.
    void start() { to(State::works); }
    /// Waits until the work is done.
    /// @throws what the work threw, once
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return state_ != State::works; });
#if defined(__cpp_exceptions)
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
#endif
    }

    /// Waits until the work is done, whatever it throws.
    void give_up() noexcept {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return state_ != State::works; });
#if defined(__cpp_exceptions)
        thrown_ = nullptr;
#endif
    }

private:
    enum class State { rests, works, ends };

    void to(State state) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return state_ != State::works; });
            state_ = state;
        }
        changed_.notify_all();
    }
    void loop() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return state_ != State::rests; });
            if (state_ == State::ends) return;
            lock.unlock();
#if defined(__cpp_exceptions)
            std::exception_ptr thrown;
            try {
                work_();
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
            thrown_ = thrown;
#else
            work_();
            lock.lock();
#endif
            state_ = State::rests;
            changed_.notify_all();
        }
    }

    std::function<void()> work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::rests;
#if defined(__cpp_exceptions)
    std::exception_ptr thrown_;
#endif
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace norma::inline NORMA_TARGET
