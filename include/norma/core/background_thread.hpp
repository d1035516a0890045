#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "norma/core/function_ref.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A thread that does work while its owner does something else.
class BackgroundThread {
public:
    /// Waits for the first `start_work`.
    BackgroundThread() : thread_([this] { loop(); }) {}
    BackgroundThread(const BackgroundThread&) = delete;
    BackgroundThread& operator=(const BackgroundThread&) = delete;
    /// Waits until the work is done.
    ~BackgroundThread() {
        to(State::ends, nullptr);
        thread_.join();
    }

    /// Begins `work`, to which it refers until `wait`. If the work before is not done, waits for it first.
    void start_work(const FunctionRef<void()>& work) { to(State::works, &work); }
    /// Waits until the work is done.
    /// @throws what the work threw, once
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return state_ != State::works; });
#if defined(__cpp_exceptions)
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
#endif
    }

private:
    enum class State { rests, works, ends };

    void to(State state, const FunctionRef<void()>* work) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return state_ != State::works; });
            state_ = state;
            if (work != nullptr) work_.emplace(*work);
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
                (*work_)();
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
            thrown_ = thrown;
#else
            (*work_)();
            lock.lock();
#endif
            state_ = State::rests;
            changed_.notify_all();
        }
    }

    std::optional<FunctionRef<void()>> work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::rests;
#if defined(__cpp_exceptions)
    std::exception_ptr thrown_;
#endif
    std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace norma::inline NORMA_TARGET
