#pragma once

#include <memory>
#include <string>

#include "norma/core/function_ref.hpp"
#include "norma/core/reducer.hpp"

namespace norma::compare {

/// The processes of a run that work together: those that mpirun has started, or this one alone.
class Processes {
public:
    /// Joins the processes. MPI is initialised only if mpirun (or Slurm's srun) has started this one, by what it leaves
    /// in the environment: a program alone neither waits for MPI nor needs one that works.
    /// @throws OptionError if there are several, and the program was built without MPI or for another one.
    Processes();
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;
    ~Processes();

    /// For `Threads`.
    Reducer& reducer() const { return *reducer_; }
    /// Calls `work()`, in which they work together, and returns what it returns. An error in one of them ends it in
    /// all, with one message.
    /// @throws what `work` throws; the error of another process
    int run(FunctionRef<int()> work) const;
    /// Is this the one that prints and writes files?
    bool first() const { return reducer_->rank() == 0; }
    /// Does what this process prints appear on a terminal, so that a line can be redrawn? What mpirun collects may go
    /// to a file, though each process writes to a terminal.
    bool on_terminal() const;
    /// Number of threads of this process, for `Threads`: as many as the option asks for; for 0 those of the cores that
    /// mpirun gave to it; alone it stays 0.
    int threads(int option) const { return option == 0 ? threads_ : option; }
    /// A sentence if processes share cores; the same in all of them.
    const std::string& warning() const { return warning_; }

private:
    struct Joined;

    [[noreturn]] void abort(const std::string& message) const;

    Reducer alone_;
    std::unique_ptr<Joined> joined_;
    Reducer* reducer_ = &alone_;
    int threads_ = 0;
    std::string warning_;
};

/// The processes, joined by the first call and until the program ends. An error that all of them have got does not end
/// them within MPI, which would print more.
Processes& processes();

/// Number of this process, as mpirun tells it before MPI is initialised; 0 without mpirun.
int launched_rank();

}  // namespace norma::compare
