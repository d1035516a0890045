#include "processes.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "norma/core/error.hpp"
#include "norma/core/measuring_reducer.hpp"

#ifdef NORMA_COMPARE_MPI
#include "norma/distributed/mpi_communicator.hpp"
#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#include "norma/distributed/mpi_threads.hpp"
#endif

namespace norma::compare {
namespace {

/// The number in the first of these variables of the environment that is set.
std::optional<int> number_in(std::initializer_list<const char*> variables) {
    for (const char* variable : variables) {
        const char* const value = std::getenv(variable);
        if (value == nullptr) continue;
        const std::string_view text(value);
        int number = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) return number;
    }
    return std::nullopt;
}

// Open MPI has its own names; MPICH, Intel MPI and Slurm follow PMI, newer versions PMIx.
std::optional<int> rank_of_launcher() { return number_in({"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"}); }

/// How many processes were started together, if that is known.
int launched_processes() {
    if (!rank_of_launcher()) return 1;
    return number_in({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}).value_or(1);
}

[[noreturn]] void refuse(int launched, const std::string& why) {
    raise<OptionError>("mpirun has started " + std::to_string(launched) + " processes of this program, but " + why);
}

}  // namespace

int launched_rank() { return rank_of_launcher().value_or(0); }

#ifdef NORMA_COMPARE_MPI

struct Processes::Joined {
    MpiSession session;
    MpiCommunicator all;
    MpiReducer mpi{all};
    MeasuringReducer reducer{mpi};  ///< for the report
};

Processes::Processes() {
    if (!rank_of_launcher()) return;
    joined_ = std::make_unique<Joined>();
    reducer_ = &joined_->reducer;
    const int launched = launched_processes();
    if (launched > 1 && reducer_->alone()) {
        joined_.reset();  // before the exception, which would end MPI with more than its message
        refuse(launched,
               "each is alone: mpirun is of another MPI than the one that the program was built for; start "
               "it by that one's mpirun");
    }
    if (reducer_->alone()) return;
    const MpiThreads threads = mpi_threads(joined_->all);
    threads_ = threads.count;
    warning_ = threads.warning;
}

void Processes::abort(const std::string& message) const { joined_->session.abort(message); }

#else

struct Processes::Joined {};

Processes::Processes() {
    if (const int launched = launched_processes(); launched > 1) {
        refuse(launched,
               "it was built without MPI: install an MPI (libopenmpi-dev or libmpich-dev), and configure and "
               "build again");
    }
}

void Processes::abort(const std::string&) const { std::abort(); }  // never: a process alone has no others

#endif

Processes::~Processes() = default;

int Processes::run(FunctionRef<int()> work) const {
    int result = 0;
    try {
        reducer_->together([&] { result = work(); });
    } catch (const std::exception& error) {
        if (!reducer_->all_throw()) abort(error.what());
        throw;
    }
    return result;
}

bool Processes::on_terminal() const { return joined_ == nullptr && ::isatty(STDOUT_FILENO) != 0; }

Processes& processes() {
    static Processes joined;
    return joined;
}

}  // namespace norma::compare
