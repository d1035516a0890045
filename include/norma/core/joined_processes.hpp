#pragma once

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "norma/core/bytes.hpp"
#include "norma/core/chunks.hpp"
#include "norma/core/error.hpp"
#include "norma/core/exchanged_sum.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/hash.hpp"
#include "norma/core/owned.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/several_processes.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET::detail {

/// What several processes do, by the exchanges of their reducer.
template <class AnyReducer>
class JoinedProcesses final : public SeveralProcesses {
public:
    /// Those that `reducer` joins.
    explicit JoinedProcesses(AnyReducer& reducer) : reducer_(reducer) {}

    bool any(bool here, MeetingPlace place) override { return meet(here ? somebody : nobody, place); }

    void verify_same(std::uint64_t value, std::string_view message) override {
        // The same question?
        any(false, {AnyReducer::other, static_cast<std::uint16_t>(xxh64(bytes_of(message)))});
        const auto part = [&](int k) { return int((value >> (22 * k)) & 0x3fffff); };
        int numbers[] = {part(0), -part(0), part(1), -part(1), part(2), -part(2)};
        reducer_.minimum(numbers);
        for (int k = 0; k < 6; k += 2) {
            if (numbers[k] != -numbers[k + 1]) throw_agreed(Kind::data, std::string(message));
        }
    }

    void together(const FunctionRef<void()>& f) override {
        constexpr MeetingPlace end{AnyReducer::end, 0};
#if defined(__cpp_exceptions)
        const Level level(*this);
        try {
            f();
            any(false, end);
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
        any(false, end);
#endif
    }

    bool all_throw() const override {
#if defined(__cpp_exceptions)
        return agreed_ != nullptr && std::current_exception() == agreed_;
#else
        return false;
#endif
    }
    MeetingPlace place() const override { return place_; }

    std::uint64_t least(std::uint64_t number) override {
        std::vector<std::uint64_t> all(std::size_t(reducer_.processes()), number);
        std::vector<std::size_t> begins;
        for (std::size_t p = 0; p <= all.size(); ++p) begins.push_back(p * sizeof(std::uint64_t));
        any(false, {});
        reducer_.gather(writable_bytes_of(all), begins);
        return *std::min_element(all.begin(), all.end());
    }

    void gather(MeetingPlace place, std::span<std::byte> items, std::span<const std::size_t> begins, std::size_t size,
                std::vector<std::size_t>& bytes) override {
        bytes.clear();
        for (const std::size_t begin : begins) bytes.push_back(begin * size);
        any(false, place);
        reducer_.gather(items, bytes);
    }

    void merge_parts(int chunks, const Parts& parts, const FunctionRef<void(int a, int b)>& merge,
                     std::span<std::byte> packed, std::vector<std::size_t>& bytes) override {
        bytes.resize(std::size_t(reducer_.processes()) + 1);
        // The processes' subtrees one after another: of each, its parts.
        const auto for_each_part = [&](const FunctionRef<void(int, std::span<std::byte>, std::byte*)>& f) {
            std::size_t at = 0;
            for_each_run(chunks, reducer_.processes(), [&](int rank, ChunkRun run) {
                bytes[std::size_t(rank)] = at;
                for_each_subtree(chunks, run, [&](int leaf) {
                    parts(leaf, [&](std::span<std::byte> part) {
                        f(rank, part, packed.data() + at);
                        at += part.size();
                    });
                });
            });
            bytes.back() = at;
        };
        for_each_part([&](int rank, std::span<std::byte> part, std::byte* to) {
            if (rank == reducer_.rank()) std::copy_n(part.data(), part.size(), to);
        });
        if (bytes.back() == 0) return;
        reducer_.gather(packed.first(bytes.back()), bytes);
        for_each_part([&](int rank, std::span<std::byte> part, const std::byte* from) {
            if (rank != reducer_.rank()) std::copy_n(from, part.size(), part.begin());
        });
        merge_across(chunks, reducer_.processes(), merge);
    }

    Owned<JointSum> make_sum(std::size_t size, JointSum::Add& add) override {
        return Owned<JointSum>(new ExchangedSum<AnyReducer>(reducer_, size, add));
    }

private:
    static constexpr int nobody = INT_MAX;
    static constexpr int somebody = INT_MAX - 1;

    /// Of the numbers that processes give here, the least decides: that of the first process with an error, or
    /// `somebody`.
    bool meet(int number, MeetingPlace place) {
        place_ = place;
        const int at = place.what << 16 | place.number;
        int numbers[] = {number, at, -at, nobody};
        reducer_.minimum(numbers);
        left_ = numbers[3];
        if (numbers[0] < reducer_.processes()) throw_error_of(numbers[0], {});
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
        reducer_.broadcast(writable_bytes_of(head), from);
        own.text.resize(head[1]);
        reducer_.broadcast(writable_bytes_of(own.text), from);
        const bool has_rank = head[2] != 0;
        throw_agreed(
            Kind(head[0]),
            (has_rank ? "" : "rank " + std::to_string(from) + " of " + std::to_string(reducer_.processes()) + ": ") +
                own.text);
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
        explicit Level(JoinedProcesses& joined) : joined_(joined) { ++joined_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        ~Level() {
            if (joined_.depth_-- == joined_.left_) joined_.left_ = nobody;
        }

    private:
        JoinedProcesses& joined_;
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
        reducer_.finish_quietly();                                  // the others do so when they come to `agree`
        int numbers[] = {reducer_.rank(), nobody, nobody, leaves};  // wherever the others are
        reducer_.minimum(numbers);
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

    AnyReducer& reducer_;
    MeetingPlace place_;
    int left_ = nobody;  ///< the level that processes left when they met last
#if defined(__cpp_exceptions)
    std::exception_ptr agreed_;  ///< the last error that all processes threw
    int depth_ = 0;              ///< calls of `together` within each other
#endif
};

}  // namespace norma::inline NORMA_TARGET::detail
