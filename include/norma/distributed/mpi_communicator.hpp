#pragma once

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"
#include "norma/distributed/mpi_call.hpp"

namespace norma::inline NORMA_TARGET {

/// Processes that exchange messages with each other, and not with others: a copy of one of MPI's communicators, so that
/// norma's messages are never mixed up with a program's. A failing call of MPI is an Error here, not the end of the
/// program.
class MpiCommunicator {
public:
    /// Copies `communicator`. All its processes do so at the same time, between the beginning and the end of an
    /// `MpiSession`.
    /// @throws Error if there is no session, or if MPI fails
    explicit MpiCommunicator(MPI_Comm communicator = MPI_COMM_WORLD) {
        int initialised = 0, finalised = 0, inter = 0;
        MPI_Initialized(&initialised);
        MPI_Finalized(&finalised);
        if (!initialised || finalised) raise<Error>("MPI does not run: make an MpiSession first, and keep it in main");
        if (communicator == MPI_COMM_NULL) raise<Error>("MPI_COMM_NULL has no processes");
        call(MPI_Comm_test_inter(communicator, &inter), "MPI_Comm_test_inter");
        if (inter) raise<Error>("the communicator joins two groups of processes; norma needs one of a single group");
        call(MPI_Comm_dup(communicator, &communicator_), "MPI_Comm_dup");
        adopt();
    }
    MpiCommunicator(const MpiCommunicator&) = delete;
    MpiCommunicator& operator=(const MpiCommunicator&) = delete;
    ~MpiCommunicator() {
        int finalised = 0;
        MPI_Finalized(&finalised);
        if (!finalised) MPI_Comm_free(&communicator_);
    }

    /// Those of its processes that run on the same machine as this one, in the order of their ranks.
    /// @throws Error if MPI fails
    MpiCommunicator on_this_machine() const { return MpiCommunicator(*this, MPI_COMM_TYPE_SHARED); }

    /// Number of this process, counted from 0.
    int rank() const { return rank_; }
    /// Number of processes.
    int processes() const { return processes_; }
    /// For calls of MPI.
    MPI_Comm get() const { return communicator_; }

    /// Raises an Error if `code`, which MPI's function `name` returned, is not `MPI_SUCCESS`.
    void call(int code, const char* name) const { mpi_call(code, name, rank_, processes_); }

private:
    MpiCommunicator(const MpiCommunicator& all, int type) {
        all.call(MPI_Comm_split_type(all.get(), type, all.rank(), MPI_INFO_NULL, &communicator_),
                 "MPI_Comm_split_type");
        adopt();
    }
    void adopt() {
        MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN);
        MPI_Comm_rank(communicator_, &rank_);
        MPI_Comm_size(communicator_, &processes_);
    }

    MPI_Comm communicator_ = MPI_COMM_NULL;
    int rank_ = 0;
    int processes_ = 1;
};

}  // namespace norma::inline NORMA_TARGET
