#pragma once

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "norma/core/error.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// What processes do when they meet; `Reducer::agree` compares it.
struct MeetingPlace {
    std::uint8_t what = 0;     ///< such as `Reducer::training_pass`
    std::uint16_t number = 0;  ///< which one of several, and of what size
};

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
    void agree(Place place = {}) {
        if (!alone()) meet(nobody, place);
    }
    /// The same, and tells whether `here` is true in any process. For what a process decides by itself, such as to stop
    /// when its time is over.
    /// @throws as `agree`
    bool any(bool here, Place place = {}) { return alone() ? here : meet(here ? somebody : nobody, place); }

    /// Verifies that all processes give the same `value`, such as a hash of what must be equal.
    /// @throws DataError with this message, in all processes; and as `agree`
    void verify_same(std::uint64_t value, const std::string& message) {
        if (alone()) return;
        agree({other, static_cast<std::uint16_t>(xxh64(std::as_bytes(std::span(message))))});  // the same question
        const auto part = [&](int k) { return int((value >> (22 * k)) & 0x3fffff); };
        int numbers[] = {part(0), -part(0), part(1), -part(1), part(2), -part(2)};
        minimum(numbers);
        for (int k = 0; k < 6; k += 2) {
            if (numbers[k] != -numbers[k + 1]) throw_agreed(Kind::data, message);
        }
    }

    /// Calls `f()`, in which processes work together. If it throws in one process, all throw, with the same message,
    /// which names the process.
    /// @throws what `f` throws, and the errors of other processes
    void together(FunctionRef<void()> f) {
        if (alone()) return f();
#if defined(__cpp_exceptions)
        const Level level(*this);
        try {
            f();
            agree({end, 0});
        } catch (...) {
            if (all_throw()) leave();
            try {
                tell();
            } catch (...) {
                leave();
            }
        }
#else
        f();
        agree({end, 0});
#endif
    }

#if defined(__cpp_exceptions)
    /// Do all processes throw the exception that is being handled? Then one of them can print it for all.
    bool all_throw() const { return alone() || (agreed_ != nullptr && std::current_exception() == agreed_); }
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
    /// Process `rank` of `processes`.
    Reducer(int rank, int processes) : rank_(rank), processes_(processes) {}
    /// Where the processes agreed last, which tells what the exchanges after it are for.
    Place place() const { return place_; }

private:
    static constexpr int nobody = INT_MAX;
    static constexpr int somebody = INT_MAX - 1;

    /// Of the numbers that processes give here, the least decides: that of the first process with an error, or
    /// `somebody`.
    bool meet(int number, Place place) {
        place_ = place;
        const int at = place.what << 16 | place.number;
        int numbers[] = {number, at, -at, nobody};
        minimum(numbers);
        left_ = numbers[3];
        if (numbers[0] < processes_) throw_error_of(numbers[0], {});
        if (numbers[1] != -numbers[2]) {
            const std::string first = name_of(numbers[1]), last = name_of(-numbers[2]);
            throw_agreed(Kind::error, "processes do not work on the same thing (" + first + " and " +
                                          (first == last ? "another one" : last) +
                                          "); call fit, evaluate and update_bn in all processes, in the same order");
        }
        return numbers[0] == somebody;
    }

    /// The types of errors, of which all processes throw the same.
    enum class Kind { error, file, data, option, training };
    struct Message {
        Kind kind = Kind::error;
        std::string text;
        bool agreed = false;  ///< all processes had it before, with the rank
    };
    static std::string name_of(int place) {
        constexpr const char* names[] = {"an exchange",
                                         "a pass over a batch",
                                         "the end of a training step",
                                         "the callbacks after a batch",
                                         "the callbacks after an epoch",
                                         "an evaluation",
                                         "the end of their work"};
        return names[place >> 16];
    }

    /// All processes throw the error of process `from`, which is `own` there.
    [[noreturn]] void throw_error_of(int from, Message own) {
        std::size_t head[] = {std::size_t(own.kind), own.text.size(), own.agreed ? 1u : 0u};
        broadcast(std::as_writable_bytes(std::span(head)), from);
        own.text.resize(head[1]);
        broadcast(std::as_writable_bytes(std::span(own.text)), from);
        const bool has_rank = head[2] != 0;
        throw_agreed(
            Kind(head[0]),
            (has_rank ? "" : "rank " + std::to_string(from) + " of " + std::to_string(processes_) + ": ") + own.text);
    }
    [[noreturn]] void throw_agreed(Kind kind, const std::string& message) {
#if defined(__cpp_exceptions)
        try {
            raise_kind(kind, message);
        } catch (...) {
            agreed_ = std::current_exception();
            throw;
        }
#else
        raise_kind(kind, message);
#endif
    }
    [[noreturn]] static void raise_kind(Kind kind, const std::string& message) {
        if (kind == Kind::file) raise<FileError>(message);
        if (kind == Kind::data) raise<DataError>(message);
        if (kind == Kind::option) raise<OptionError>(message);
        if (kind == Kind::training) raise<TrainingError>(message);
        raise<Error>(message);
    }
#if defined(__cpp_exceptions)
    /// One `together`, of several within each other.
    class Level {
    public:
        explicit Level(Reducer& reducer) : reducer_(reducer) { ++reducer_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        ~Level() {
            if (reducer_.depth_-- == reducer_.left_) reducer_.left_ = nobody;
        }

    private:
        Reducer& reducer_;
    };

    /// Meets the others with the exception that is being handled; all throw it, or that of a process before this one.
    [[noreturn]] void tell() { meet_with(handled(), nobody); }
    /// Leaves a level with the exception that is being handled, which all processes have thrown. They meet again, so
    /// that one which caught it and went on is not left alone: it gets the error where it meets them next. It does not
    /// meet them when it leaves that level, for they have left it.
    [[noreturn]] void leave() {
        if (depth_ >= left_) throw;
        Message own = handled();
        own.agreed = true;
        meet_with(std::move(own), depth_);
    }
    [[noreturn]] void meet_with(Message own, int leaves) {
        finish_quietly();                                 // the others do so when they come to `agree`
        int numbers[] = {rank_, nobody, nobody, leaves};  // wherever the others are
        minimum(numbers);
        left_ = numbers[3];
        throw_error_of(numbers[0], std::move(own));
    }
    /// The exception that is being handled.
    static Message handled() {
        try {
            throw;
        } catch (const FileError& e) {
            return {Kind::file, e.what()};
        } catch (const DataError& e) {
            return {Kind::data, e.what()};
        } catch (const OptionError& e) {
            return {Kind::option, e.what()};
        } catch (const TrainingError& e) {
            return {Kind::training, e.what()};
        } catch (const std::bad_alloc&) {
            return {Kind::error, "too little memory"};
        } catch (const std::exception& e) {
            return {Kind::error, e.what()};
        } catch (...) {
            return {Kind::error, "an exception that is no std::exception"};
        }
    }
#endif

    int rank_ = 0;
    int processes_ = 1;
    Place place_;
    int left_ = nobody;  ///< the level that processes left when they met last
#if defined(__cpp_exceptions)
    std::exception_ptr agreed_;  ///< the last error that all processes threw
    int depth_ = 0;              ///< calls of `together` within each other
#endif
};

}  // namespace norma::inline NORMA_TARGET
