#include "processes.hpp"

#include <unistd.h>

#include <cstdlib>
#include <exception>

#include "norma/core/error.hpp"
#include "norma/core/measuring_reducer.hpp"
#include "norma/distributed/mpi_launch.hpp"

#ifdef NORMA_COMPARE_MPI
#include "norma/distributed/mpi_communicator.hpp"
#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#include "norma/distributed/mpi_threads.hpp"
#endif

namespace norma::compare {

int launched_rank() { return mpi_launch().value_or(MpiLaunch{}).rank; }

#ifdef NORMA_COMPARE_MPI

struct Processes::Joined {
    MpiSession session;
    MpiCommunicator all;
    MpiReducer mpi{all};
    MeasuringReducer reducer{mpi};  ///< for the report
};

Processes::Processes() {
    if (!mpi_launch()) return;
    joined_ = std::make_unique<Joined>();
    reducer_ = &joined_->reducer;
    if (const std::string error = joined_->session.apart(); !error.empty()) {
        joined_.reset();  // before the exception, which would end MPI with more than its message
        raise<OptionError>(error);
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
    if (const auto launch = mpi_launch(); launch && launch->processes > 1) {
        raise<OptionError>("mpirun has started " + std::to_string(launch->processes) +
                           " processes of this program, but it was built without MPI: install an MPI "
                           "(libopenmpi-dev or libmpich-dev), and configure and build again");
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
