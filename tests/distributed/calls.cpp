// Runs under mpirun with any number of processes. Without arguments it compares what the processes exchange with what
// they should have, and prints one line. `calls MODE` lets the processes end by an error instead: the test reads which.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#include "norma/distributed/mpi_threads.hpp"

namespace {

using namespace norma;

int faults = 0;

void must(bool held, const char* what, int rank) {
    if (held) return;
    ++faults;
    std::fprintf(stderr, "FAILED at rank %d: %s\n", rank, what);
}

/// The message of the Error that `f` throws; empty if it throws none.
template <class F>
std::string message_of(const F& f) {
    try {
        f();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// What process `from` sends to process `to`: of another size for each pair, and nothing for some.
std::vector<std::byte> parcel(int from, int to) {
    std::vector<std::byte> bytes(static_cast<std::size_t>((3 * from + 5 * to) % 11));
    for (std::size_t k = 0; k < bytes.size(); ++k) bytes[k] = static_cast<std::byte>(100 * from + 10 * to + int(k));
    return bytes;
}

void append(std::vector<std::byte>& all, std::vector<std::size_t>& begins, const std::vector<std::byte>& part) {
    all.insert(all.end(), part.begin(), part.end());
    begins.push_back(all.size());
}

void exchanges(Reducer& reducer) {
    const int rank = reducer.rank(), processes = reducer.processes();
    std::vector<int> numbers{rank, -rank, 7, 100 - rank, rank == 0 ? 1 : 2};
    reducer.minimum(numbers);
    must(numbers == std::vector{0, 1 - processes, 7, 101 - processes, 1}, "minimum", rank);

    for (int from = 0; from < processes; ++from) {
        const auto sent = parcel(from, from + 1);
        std::vector<std::byte> bytes(sent.size(), std::byte{255});
        if (rank == from) bytes = sent;
        reducer.broadcast(bytes, from);
        must(bytes == sent, "broadcast", rank);
    }

    std::vector<std::byte> all, own;
    std::vector<std::size_t> begins{0};
    for (int p = 0; p < processes; ++p) append(all, begins, parcel(p, 2));
    own.assign(all.size(), std::byte{255});
    const auto here = static_cast<std::size_t>(rank);
    std::copy(all.begin() + std::ptrdiff_t(begins[here]), all.begin() + std::ptrdiff_t(begins[here + 1]),
              own.begin() + std::ptrdiff_t(begins[here]));
    reducer.gather(own, begins);
    must(own == all, "gather", rank);

    std::vector<std::byte> from, to, wanted;
    std::vector<std::size_t> from_begins{0}, to_begins{0};
    for (int p = 0; p < processes; ++p) {
        append(from, from_begins, parcel(rank, p));
        append(wanted, to_begins, parcel(p, rank));
    }
    to.assign(wanted.size(), std::byte{255});
    reducer.exchange(from, from_begins, to, to_begins);
    must(to == wanted, "exchange", rank);
}

void errors(Reducer& reducer, MpiReducer& mpi, const MpiCommunicator& communicator) {
    const int rank = reducer.rank(), last = reducer.processes() - 1;
    const std::string where = "rank " + std::to_string(rank) + " of " + std::to_string(last + 1) + ": ";
    std::vector<std::byte> bytes(4);
    const std::string failed = message_of([&] { mpi.broadcast(bytes, 1000); });
    must(failed.starts_with(where + "MPI_Ibcast failed: ") && failed.size() > where.size() + 25, "MPI's error", rank);
    must(message_of([&] { communicator.call(MPI_ERR_TAG, "MPI_Send"); }).starts_with(where + "MPI_Send failed: "),
         "the name of the call", rank);
    must(message_of([&] { MpiReducer(communicator, 0); }).find("1 to 2^30 bytes") != std::string::npos,
         "messages of no bytes", rank);
    must(message_of([] { MpiCommunicator(MPI_COMM_NULL); }).find("MPI_COMM_NULL") != std::string::npos,
         "no communicator", rank);
    if (reducer.alone()) return;

    must(reducer.any(rank == last) && !reducer.any(false), "any", rank);
    must(message_of([&] { reducer.verify_same(7, "other data"); }).empty(), "the same", rank);
    must(message_of([&] { reducer.verify_same(rank == last ? 1ull << 63 : 0, "other data"); }) == "other data",
         "not the same", rank);
    // A process that throws takes all with it.
    const auto told = message_of([&] {
        reducer.together([&] {
            if (rank == last) raise<DataError>("a bad sample");
            reducer.agree({Reducer::training_step, 3});
        });
    });
    const std::string last_text = "rank " + std::to_string(last) + " of " + std::to_string(last + 1);
    must(told == last_text + ": a bad sample", "an error of another process", rank);
    // Processes that are at different places have an error, not a deadlock.
    const auto places = message_of([&] {
        reducer.together([&] { reducer.agree({rank == last ? Reducer::evaluation : Reducer::training_step, 0}); });
    });
    must(!places.empty(), "different places", rank);
    exchanges(reducer);  // it can go on
}

void threads(const MpiCommunicator& communicator) {
    const auto mask = [](std::uint64_t first, std::uint64_t second = 0) {
        CoreMask cores{};
        cores[0] = first, cores[100] = second;
        return cores;
    };
    const auto is = [](SharedCores found, int processes, int cores) {
        return found.processes == processes && found.cores == cores;
    };
    const std::vector<CoreMask> apart{mask(3), mask(12), mask(0, 1)}, chain{mask(3), mask(0, 7), mask(6), mask(12)},
        same{mask(~0ull), mask(~0ull), mask(~0ull)};
    must(is(shared_cores(apart, 0), 1, 2) && is(shared_cores(apart, 2), 1, 1), "cores apart", 0);
    must(is(shared_cores(chain, 0), 3, 4) && is(shared_cores(chain, 3), 3, 4) && is(shared_cores(chain, 1), 1, 3),
         "cores in a chain", 0);
    must(is(shared_cores(same, 1), 3, 64), "the same cores", 0);

    const MpiThreads found = mpi_threads(communicator);
    const int rank = communicator.rank(), cores = int(std::max(1u, std::thread::hardware_concurrency()));
    must(found.count >= 1 && found.count <= cores, "threads", rank);
    if (communicator.processes() > cores) {
        must(found.count == 1 && found.warning.find(" processes share ") != std::string::npos, "a warning", rank);
    }
}

/// Ways to end: only the last process has an error.
void end_by(std::string_view mode, const MpiSession& session, Reducer& reducer) {
    const bool last = session.rank() == session.processes() - 1;
    if (mode == "abort" && last) session.abort("no such file");
    if (mode == "unwind" && last) throw std::runtime_error("never caught");
    reducer.agree();  // the others wait here for the last one
}

}  // namespace

int main(int count, char** arguments) {
    try {
        must(message_of([] { MpiCommunicator(); }).find("make an MpiSession first") != std::string::npos, "no session",
             0);
        const MpiSession session;
        const MpiCommunicator communicator;
        MpiReducer reducer(communicator), in_pieces(communicator, 3);
        if (count > 1) {
            end_by(arguments[1], session, reducer);
            return 0;
        }
        must(reducer.rank() == session.rank() && reducer.processes() == session.processes(), "ranks", session.rank());
        exchanges(reducer);
        exchanges(in_pieces);
        errors(reducer, reducer, communicator);
        threads(communicator);
        int worst[] = {-faults};
        reducer.minimum(worst);
        if (session.rank() == 0 && worst[0] == 0) std::printf("%d processes: all as expected\n", session.processes());
        return worst[0] == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "calls: %s\n", error.what());
        return 1;
    }
}
