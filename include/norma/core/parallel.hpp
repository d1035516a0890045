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
/// ThreadSanitizer cannot see into TBB's library, so it is told what TBB guarantees: who takes over a slot sees all
/// that was done before it was handed over. Nothing in other builds.
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

/// What TBB copies into its tasks, and reads there before anything can be told of their order: hence no more than the
/// addresses of a task and of the function that calls it for the indices in [begin, end). One type for every task, so
/// that what TBB makes of it is compiled once, not for each.
struct RangeBody {
    using Run = void(const void* task, int begin, int end, int slot);
    const void* task;
    Run* run;

    NORMA_NO_THREAD_SANITIZER void operator()(const oneapi::tbb::blocked_range<int>& range) const {
        run_in_slot(run, task, range.begin(), range.end());
    }
    static void run_in_slot(Run* run, const void* task, int begin, int end) {
        const int slot = oneapi::tbb::this_task_arena::current_thread_index();
        take_over(slot);
        isolated(run, task, begin, end, slot);
        hand_over(slot);
    }
    /// A task may call what the user wrote, and that may wait for parallel work of its own. Isolated, a thread that
    /// waits there takes none but that work: not another task, which would write over the scratch buffer of this slot.
    static void isolated(Run* run, const void* task, int begin, int end, int slot) {
        oneapi::tbb::this_task_arena::isolate([&] { run(task, begin, end, slot); });
    }
};
#undef NORMA_NO_THREAD_SANITIZER
}  // namespace detail

/// A fixed number of threads that work is spread over. What is computed never depends on how many there are: callers
/// cut their work by its size alone.
class Threads {
public:
    static constexpr int most = 1024;  ///< the largest number of threads

    /// `count` threads, the calling one included; 0 takes as many as the machine has.
    /// @throws OptionError if `count` is negative or above `most`.
    explicit Threads(int count = 0) : arena_(checked(count)), count_(arena_.max_concurrency()) {
        // TBB would silently run fewer than asked for. Only ever raised: the least of all limits in force counts.
        if (count_ > oneapi::tbb::info::default_concurrency()) {
            limit_.emplace(oneapi::tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count_));
        }
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    /// Number of threads, the calling one included.
    int count() const { return count_; }

    /// Calls `task(index, slot)` for every index in [0, n), each once, and returns when all are done. `slot` < count()
    /// names the thread among those running at that moment, so it picks a scratch buffer that no other task of this
    /// call uses; a call from within a task counts its slots anew. A task may use TBB itself; a thread that waits in it
    /// takes no other task meanwhile, of this call or of the caller's.
    template <class Task>
    void for_each(int n, const Task& task) {
        spread(n, {&task, [](const void* erased, int begin, int end, int slot) {
                       for (int i = begin; i != end; ++i) (*static_cast<const Task*>(erased))(i, slot);
                   }});
    }

private:
    void spread(int n, const detail::RangeBody& body) {
        if (count_ == 1 || n == 1) return detail::RangeBody::isolated(body.run, body.task, 0, n, 0);
        for (int slot = 0; slot < count_; ++slot) detail::hand_over(slot);
        // Isolated here too: where a task calls this again, `execute` forgets that the task is.
        arena_.execute([&] {
            oneapi::tbb::this_task_arena::isolate([&] {
                oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, n, 1), body,
                                          oneapi::tbb::simple_partitioner{});
            });
        });
        for (int slot = 0; slot < count_; ++slot) detail::take_over(slot);
    }
    static int checked(int count) {
        if (count < 0 || count > most) {
            raise<OptionError>("threads: " + std::to_string(count) + " is not in 0 (as many as the machine has) to " +
                               std::to_string(most));
        }
        return count == 0 ? oneapi::tbb::task_arena::automatic : count;
    }

    std::optional<oneapi::tbb::global_control> limit_;
    oneapi::tbb::task_arena arena_;
    int count_;
};

}  // namespace norma::inline NORMA_TARGET
