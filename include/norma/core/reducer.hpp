#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "norma/core/function_ref.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/several_processes.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {
template <class AnyReducer>
class JoinedProcesses;
}

/// Joins the processes that train one network together. This one is for a process that trains alone; it does nothing.
/// One that joins several processes, such as `MpiReducer`, is given to `Threads`: each process then loads and computes
/// a part of each batch, and all have the same bits as one process alone.
///
/// All processes call these functions in the same order; `agree` notices if they do not. `together` sees to it that an
/// error in one process ends all.
class Reducer {
public:
    /// A process alone.
    Reducer() = default;
    Reducer(const Reducer&) = delete;
    Reducer& operator=(const Reducer&) = delete;
    virtual ~Reducer() = default;

    /// Number of this process, counted from 0.
    int rank() const { return rank_; }
    /// Number of processes.
    int processes() const { return processes_; }
    /// Is this process the only one?
    bool alone() const { return processes_ == 1; }
    /// What only several processes do; not for a process alone.
    detail::SeveralProcesses& several() const { return *several_; }

    using Place = MeetingPlace;                       ///< what processes do when they meet
    static constexpr std::uint8_t other = 0;          ///< anything
    static constexpr std::uint8_t training_pass = 1;  ///< the end of a pass over the samples
    static constexpr std::uint8_t training_step = 2;  ///< after all passes of a batch
    static constexpr std::uint8_t after_batch = 3;    ///< after the callbacks of a batch
    static constexpr std::uint8_t after_epoch = 4;    ///< after those of an epoch
    static constexpr std::uint8_t evaluation = 5;     ///< of a batch
    static constexpr std::uint8_t end = 6;            ///< of `together`

    /// Comes before each of the exchanges below. It ends with an error if a process has one, which its `together` told.
    /// @throws the error of the first process that has one, in all processes; Error if processes are at different
    /// places
    void agree(Place place = {}) { any(false, place); }
    /// The same, and tells whether `here` is true in any process. For what a process decides by itself, such as to stop
    /// when its time is over.
    /// @throws as `agree`
    bool any(bool here, Place place = {}) { return alone() ? here : several_->any(here, place); }

    /// Verifies that all processes give the same `value`, such as a hash of what must be equal.
    /// @throws DataError with this message, in all processes; and as `agree`
    void verify_same(std::uint64_t value, std::string_view message) {
        if (!alone()) several_->verify_same(value, message);
    }

    /// Calls `f()`, in which processes work together. If it throws in one process, all throw, with the same message,
    /// which names the process.
    /// @throws what `f` throws, and the errors of other processes
    void together(FunctionRef<void()> f) {
        if (alone()) return f();
        several_->together(f);
    }

#if defined(__cpp_exceptions)
    /// Do all processes throw the exception that is being handled? Then one of them can print it for all.
    bool all_throw() const { return alone() || several_->all_throw(); }
#endif

    /// Does `work`, which calls `exchange` and `gather`, at the latest in `finish`: on another thread if the reducer
    /// has one, while this thread computes. It refers to `work`, and until `finish` nothing else may be called here.
    virtual void start_work(FunctionRef<void()> work) { work(); }
    /// Returns when the work that was started is done.
    /// @throws what the work threw
    virtual void finish() {}
    /// The same after an error, which counts more than what the work throws.
    void finish_quietly() noexcept {
#if defined(__cpp_exceptions)
        try {
            finish();
        } catch (...) {
        }
#else
        finish();
#endif
    }

    /// Writes (`=`) to each number the least that a process gives.
    virtual void minimum(std::span<int> numbers) { static_cast<void>(numbers); }
    /// Writes (`=`) the bytes of process `from` to `bytes` of all others.
    virtual void broadcast(std::span<std::byte> bytes, int from) {
        static_cast<void>(bytes);
        static_cast<void>(from);
    }
    /// Process p has made `bytes` from `begins[p]` up to `begins[p + 1]`; writes (`=`) the parts of the others to
    /// `bytes`. `begins` counts bytes, is the same in all processes, and has `processes() + 1` numbers.
    virtual void gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) {
        static_cast<void>(bytes);
        static_cast<void>(begins);
    }
    /// Sends `from` to all: the bytes from `from_begins[p]` up to `from_begins[p + 1]` to process p. Writes (`=`) what
    /// process p sends to this one to `to`, from `to_begins[p]` up to `to_begins[p + 1]`.
    virtual void exchange(std::span<const std::byte> from, std::span<const std::size_t> from_begins,
                          std::span<std::byte> to, std::span<const std::size_t> to_begins) {
        static_cast<void>(from_begins);
        static_cast<void>(to_begins);
        std::copy(from.begin(), from.end(), to.begin());
    }

protected:
    /// Process `rank` of `processes`. A template, so that only programs that call it compile what it names.
    template <class AnyReducer = Reducer>
    Reducer(int rank, int processes)
        : rank_(rank), processes_(processes), several_(new detail::JoinedProcesses<AnyReducer>(*this)) {}
    /// Where the processes agreed last, which tells what the exchanges after it are for.
    Place place() const { return several_ ? several_->place() : Place(); }

private:
    int rank_ = 0;
    int processes_ = 1;
    Owned<detail::SeveralProcesses> several_;  ///< null without a constructor for processes
};

}  // namespace norma::inline NORMA_TARGET

// Its constructor for several processes names them.
#include "norma/core/joined_processes.hpp"
