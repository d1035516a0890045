#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "norma/core/background_thread.hpp"
#include "norma/core/error.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/distributed/mpi_call.hpp"
#include "norma/distributed/mpi_communicator.hpp"

namespace norma::inline NORMA_TARGET {

/// Joins processes by MPI. Given to `Threads`, it lets all processes of a communicator train one network together, with
/// the bits of one process.
///
/// One thread at a time may use it. Its functions raise an Error, with the rank and the name of the function of MPI, if
/// MPI fails.
class MpiReducer final : public Reducer {
public:
    /// Largest number of bytes of a message; more are sent as several messages. MPI counts with int.
    static constexpr std::size_t largest_message = std::size_t{1} << 30;

    /// Joins the processes of `communicator`, which must live as long, and call this at the same time.
    /// Messages have up to `largest` bytes, the same in all of them.
    /// @throws OptionError if `largest` is 0 or above its default
    explicit MpiReducer(const MpiCommunicator& communicator, std::size_t largest = largest_message)
        : Reducer(communicator.rank(), communicator.processes()),
          communicator_(communicator),
          largest_(largest),
          counts_(static_cast<std::size_t>(processes())),
          begins_(counts_.size()) {
        if (largest_ == 0 || largest_ > largest_message) {
            raise<OptionError>("the largest message of an MpiReducer must be of 1 to 2^30 bytes");
        }
        requests_.reserve(2 * counts_.size());
        int level = MPI_THREAD_SINGLE;
        communicator.call(MPI_Query_thread(&level), "MPI_Query_thread");
        if (level >= MPI_THREAD_SERIALIZED && !alone()) thread_.emplace();
    }

    void start_work(FunctionRef<void()> work) override {
        if (!thread_) return work();
        thread_->start_work(work);
    }
    void finish() override {
        if (thread_) thread_->wait();
    }
    explicit MpiReducer(const MpiCommunicator&& dead, std::size_t largest = largest_message) = delete;

    void minimum(std::span<int> numbers) override {
        for (std::size_t at = 0; at < numbers.size(); at += largest_) {
            const auto part = numbers.subspan(at, std::min(largest_, numbers.size() - at));
            begin(MPI_Iallreduce(MPI_IN_PLACE, part.data(), static_cast<int>(part.size()), MPI_INT, MPI_MIN,
                                 communicator_.get(), next_request()),
                  "MPI_Iallreduce");
        }
        wait("MPI_Iallreduce");
    }

    void broadcast(std::span<std::byte> bytes, int from) override {
        begin_broadcast(bytes, from);
        wait("MPI_Ibcast");
    }

    void gather(std::span<std::byte> bytes, std::span<const std::size_t> begins) override {
        if (begins.back() > largest_) {  // MPI would count the places with int too
            for (std::size_t p = 0; p + 1 < begins.size(); ++p) {
                begin_broadcast(bytes.subspan(begins[p], begins[p + 1] - begins[p]), static_cast<int>(p));
            }
            return wait("MPI_Ibcast");
        }
        for (std::size_t p = 0; p < counts_.size(); ++p) {
            begins_[p] = static_cast<int>(begins[p]);
            counts_[p] = static_cast<int>(begins[p + 1] - begins[p]);
        }
        begin(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes.data(), counts_.data(), begins_.data(),
                              MPI_BYTE, communicator_.get(), next_request()),
              "MPI_Iallgatherv");
        wait("MPI_Iallgatherv");
    }

    // Not by MPI_Alltoallv: a process does not know whether the sizes of others are beyond int, but both processes of a
    // message know its size.
    void exchange(std::span<const std::byte> from, std::span<const std::size_t> from_begins, std::span<std::byte> to,
                  std::span<const std::size_t> to_begins) override {
        const auto part = [](const auto& bytes, std::span<const std::size_t> begins, int p) {
            const auto at = static_cast<std::size_t>(p);
            return bytes.subspan(begins[at], begins[at + 1] - begins[at]);
        };
        // Each process begins with the one after it, so that not all send to the same one at once.
        for (int k = 1; k < processes(); ++k) {
            const int p = (rank() + processes() - k) % processes();
            in_messages(part(to, to_begins, p), [&](std::byte* at, int count) {
                begin(MPI_Irecv(at, count, MPI_BYTE, p, 0, communicator_.get(), next_request()), "MPI_Irecv");
            });
        }
        for (int k = 1; k < processes(); ++k) {
            const int p = (rank() + k) % processes();
            in_messages(part(from, from_begins, p), [&](const std::byte* at, int count) {
                begin(MPI_Isend(at, count, MPI_BYTE, p, 0, communicator_.get(), next_request()), "MPI_Isend");
            });
        }
        const auto own = part(from, from_begins, rank());
        std::copy(own.begin(), own.end(), part(to, to_begins, rank()).begin());
        wait("MPI_Irecv or MPI_Isend");
    }

private:
    /// Calls `send(begin, count)` for each message of `bytes`.
    template <class Byte, class Send>
    void in_messages(std::span<Byte> bytes, const Send& send) const {
        for (std::size_t at = 0; at < bytes.size(); at += largest_) {
            send(bytes.data() + at, static_cast<int>(std::min(largest_, bytes.size() - at)));
        }
    }
    void begin_broadcast(std::span<std::byte> bytes, int from) {
        in_messages(bytes, [&](std::byte* at, int count) {
            begin(MPI_Ibcast(at, count, MPI_BYTE, from, communicator_.get(), next_request()), "MPI_Ibcast");
        });
    }

    MPI_Request* next_request() { return &requests_.emplace_back(MPI_REQUEST_NULL); }
    /// Takes what MPI's function `name` returned when it began.
    void begin(int code, const char* name) {
        if (code != MPI_SUCCESS) requests_.clear();
        communicator_.call(code, name);
    }
    /// Waits until all that has begun is done. MPI's own functions that wait keep the core busy; where several
    /// processes share a core, the one that others wait for would not run. After a tenth of a millisecond this thread
    /// sleeps between two looks, so that a long exchange takes no time from what is computed meanwhile.
    void wait(const char* name) {
        using Clock = std::chrono::steady_clock;
        const auto begin = Clock::now();
        int code = MPI_SUCCESS;
        for (int done = 0; code == MPI_SUCCESS && !done;) {
            code = MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE);
            if (done) break;
            if (Clock::now() - begin < std::chrono::microseconds(100)) {
                std::this_thread::yield();
            } else {
                std::this_thread::sleep_for(std::chrono::microseconds(20));
            }
        }
        requests_.clear();
        communicator_.call(code, name);
    }

    const MpiCommunicator& communicator_;
    std::size_t largest_;
    std::vector<int> counts_, begins_;
    std::vector<MPI_Request> requests_;
    std::optional<BackgroundThread> thread_;  ///< if MPI may be called by other threads
};

}  // namespace norma::inline NORMA_TARGET
