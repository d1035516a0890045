#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include "norma/core/error.hpp"
#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"
#include "norma/core/target.hpp"
#include "norma/distributed/mpi_call.hpp"
#include "norma/distributed/mpi_launch.hpp"

namespace norma::inline NORMA_TARGET {

/// The time in which a program uses MPI: from the constructor, which initialises MPI, to the destructor, which
/// finalises it. If the program has initialised MPI itself, both are the program's.
///
/// A process that ends by an error would leave the others waiting for it. So `abort`, and a destructor that runs
/// because of an exception, end all processes.
class MpiSession {
public:
    /// Initialises MPI for programs in which one thread at a time calls it: the one that trains, or one that exchanges
    /// gradients while that one computes. With an MPI that allows only the thread that initialised it, gradients are
    /// exchanged between passes.
    /// @throws Error if MPI does not allow other threads beside it, or was finalised before
    MpiSession() : exceptions_(std::uncaught_exceptions()) {
        int finalised = 0, initialised = 0, level = MPI_THREAD_SINGLE;
        MPI_Finalized(&finalised);
        if (finalised)
            raise<Error>("MPI was finalised before. A program can use it once: keep one MpiSession in main.");
        MPI_Initialized(&initialised);
        owner_ = initialised == 0;
        if (owner_) {
            mpi_call(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level), "MPI_Init_thread", 0, 1);
        } else {
            MPI_Query_thread(&level);
        }
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &processes_);
        if (level < MPI_THREAD_FUNNELED) {
            if (owner_) MPI_Finalize();
            raise<Error>("rank " + std::to_string(rank_) + " of " + std::to_string(processes_) +
                         ": MPI allows one thread only (MPI_THREAD_SINGLE). " +
                         (owner_ ? "Use an MPI that was built with threads."
                                 : "Initialise it by MPI_Init_thread with MPI_THREAD_SERIALIZED."));
        }
    }
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;
    ~MpiSession() {
        if (std::uncaught_exceptions() > exceptions_) abort("an error that the program does not catch ended it");
        int finalised = 0;
        MPI_Finalized(&finalised);
        if (owner_ && !finalised) MPI_Finalize();
    }

    /// Number of this process among all that were started together, counted from 0.
    int rank() const { return rank_; }
    /// Number of all processes.
    int processes() const { return processes_; }

    /// Why the processes that a launcher has started are not joined, each being the only one for its MPI; empty if they
    /// are. Without this each would do the whole work, and write the same files.
    std::string apart() const {
        const auto launch = mpi_launch();
        if (processes_ > 1 || !launch || launch->processes < 2) return {};
#if defined(OPEN_MPI)
        const std::string mpi = "Open MPI";
#elif defined(MPICH_VERSION) && !defined(I_MPI_VERSION)
        const std::string mpi = "MPICH";
#else
        const std::string mpi = "the MPI that it was built for";
#endif
        return "mpirun has started " + std::to_string(launch->processes) +
               " processes of this program, but each is alone, because that mpirun is of another MPI; use the one of " +
               mpi + ", or build the program for the other MPI";
    }

    /// Calls `f()`, the program, in `reducer.together`, and returns the program's exit status: 0, or 1 if `f` throws
    /// in any process, or if the processes are `apart`. Then one process prints the error. If the processes cannot even
    /// agree on that, because MPI fails, `abort` ends all.
    int run(Reducer& reducer, FunctionRef<void()> f) const {
        if (const std::string error = apart(); !error.empty()) {
            if (mpi_launch()->rank == 0) std::fprintf(stderr, "norma: %s\n", error.c_str());
            return 1;
        }
#if defined(__cpp_exceptions)
        try {
            reducer.together(f);
        } catch (const std::exception& error) {
            if (!reducer.all_throw()) abort(error.what());
            if (reducer.rank() == 0) std::fprintf(stderr, "norma: %s\n", error.what());
            return 1;
        }
#else
        reducer.together(f);
#endif
        return 0;
    }

    /// Prints `message` with the rank to standard error, and ends all processes. For errors that not all processes
    /// have.
    [[noreturn]] void abort(const std::string& message) const {
        std::fflush(stdout);
        std::fprintf(stderr, "norma: rank %d of %d: %s\n", rank_, processes_, message.c_str());
        std::fflush(stderr);
        std::this_thread::sleep_for(
            std::chrono::milliseconds(100));  // MPICH's mpirun may drop what it has not yet read
        MPI_Abort(MPI_COMM_WORLD, 1);
        std::_Exit(1);  // some versions of MPI return
    }

private:
    int exceptions_;
    bool owner_ = true;
    int rank_ = 0;
    int processes_ = 1;
};

}  // namespace norma::inline NORMA_TARGET
