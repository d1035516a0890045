#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <cstddef>
#include <optional>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"

#if defined(__SANITIZE_THREAD__)
#define NORMA_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NORMA_THREAD_SANITIZER
#endif
#endif
#ifdef NORMA_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace norma::inline NORMA_TARGET {

namespace detail {
/// ThreadSanitizer cannot see into TBB's library. These functions tell it what TBB guarantees: a thread that takes over
/// a slot sees all that was done before the slot was handed over. They do nothing in other builds.
#ifdef NORMA_THREAD_SANITIZER
#define NORMA_NO_THREAD_SANITIZER __attribute__((no_sanitize("thread")))
inline char slot_marks[1024];
inline void hand_over(int slot) { __tsan_release(slot_marks + slot); }
inline void take_over(int slot) { __tsan_acquire(slot_marks + slot); }
#else
#define NORMA_NO_THREAD_SANITIZER
inline void hand_over(int) {}
inline void take_over(int) {}
#endif
/// Takes a slot over and hands it over at the end, also at that by an exception.
class SlotInUse {
public:
    explicit SlotInUse(int slot) : slot_(slot) { take_over(slot_); }
    SlotInUse(const SlotInUse&) = delete;
    SlotInUse& operator=(const SlotInUse&) = delete;
    ~SlotInUse() { hand_over(slot_); }

private:
    int slot_;
};
/// Hands all slots over and takes them over at the end, likewise.
class SlotsInUse {
public:
    explicit SlotsInUse(int count) : count_(count) {
        for (int slot = 0; slot < count_; ++slot) hand_over(slot);
    }
    SlotsInUse(const SlotsInUse&) = delete;
    SlotsInUse& operator=(const SlotsInUse&) = delete;
    ~SlotsInUse() {
        for (int slot = 0; slot < count_; ++slot) take_over(slot);
    }

private:
    int count_;
};

/// What TBB copies into its tasks: the addresses of a task and of the function that calls it for the indices in [begin,
/// end), and no more, since TBB reads it before ThreadSanitizer can be told anything. One type for every task, so that
/// TBB's templates are compiled once.
struct RangeBody {
    using Run = void(const void* task, int begin, int end, int slot);
    const void* task;
    Run* run;

    NORMA_NO_THREAD_SANITIZER void operator()(const oneapi::tbb::blocked_range<int>& range) const {
        run_in_slot(run, task, range.begin(), range.end());
    }
    static void run_in_slot(Run* run, const void* task, int begin, int end) {
        const int slot = oneapi::tbb::this_task_arena::current_thread_index();
        const SlotInUse in_use(slot);
        isolated(run, task, begin, end, slot);
    }
    /// Runs a task isolated. A task may call a user's code, which may wait for parallel work of its own. While an
    /// isolated thread waits, it takes only that work and no other task, which would overwrite the scratch buffer of
    /// this slot.
    static void isolated(Run* run, const void* task, int begin, int end, int slot) {
        oneapi::tbb::this_task_arena::isolate([&] { run(task, begin, end, slot); });
    }
};
#undef NORMA_NO_THREAD_SANITIZER
}  // namespace detail

/// A fixed number of threads that share work, in one process or in several. Results never depend on the number, because
/// callers cut their work by its size alone.
class Threads {
public:
    static constexpr int most = 1024;  ///< the largest number of threads

    /// `count` threads, the calling one included; 0 takes as many as the machine has.
    /// @throws OptionError if `count` is negative or above `most`.
    explicit Threads(int count = 0) : arena_(checked(count)), count_(arena_.max_concurrency()), reducer_(&alone_) {
        // Without this, TBB would silently run fewer threads than asked for. It can only raise the limit: TBB takes the
        // lowest of all limits in force.
        if (count_ > oneapi::tbb::info::default_concurrency()) {
            limit_.emplace(oneapi::tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count_));
        }
    }
    /// The same in each of several processes, which `reducer` joins: they share the batches of what gets these threads,
    /// a `Trainer`, `evaluate` or `update_bn`. The reducer must outlive the threads.
    Threads(int count, Reducer& reducer) : Threads(count) { reducer_ = &reducer; }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    /// Number of threads of this process, the calling one included.
    int count() const { return count_; }
    /// Joins this process with the others that share the work.
    Reducer& reducer() const { return *reducer_; }

    /// Calls `task(index, slot)` for every index in [0, n), each once, and returns when all are done. `slot` < count()
    /// is the number of the running thread: no other task of this call has it at the same time, so it can pick a
    /// scratch buffer. A call from within a task counts its own slots from 0. A task may use TBB itself; while it
    /// waits, its thread takes no other task of this call or of the caller.
    template <class Task>
    void for_each(int n, const Task& task) {
        spread(n, {&task, [](const void* erased, int begin, int end, int slot) {
                       for (int i = begin; i != end; ++i) (*static_cast<const Task*>(erased))(i, slot);
                   }});
    }

private:
    void spread(int n, const detail::RangeBody& body) {
        if (count_ == 1 || n == 1) return detail::RangeBody::isolated(body.run, body.task, 0, n, 0);
        const detail::SlotsInUse in_use(count_);
        // Isolated here too: if a task calls this, `execute` ends the isolation of that task.
        arena_.execute([&] {
            oneapi::tbb::this_task_arena::isolate([&] {
                oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, n, 1), body,
                                          oneapi::tbb::simple_partitioner{});
            });
        });
    }
    static int checked(int count) {
        if (count < 0 || count > most) {
            raise<OptionError>({"threads: ", count, " is not in 0 (as many as the machine has) to ", most});
        }
        return count == 0 ? oneapi::tbb::task_arena::automatic : count;
    }

    std::optional<oneapi::tbb::global_control> limit_;
    oneapi::tbb::task_arena arena_;
    int count_;
    Reducer alone_;
    Reducer* reducer_;
};

}  // namespace norma::inline NORMA_TARGET
