// Runs under mpirun. Use: kill_train_<mpi> FOLDER PIPE THREADS; see training.hpp.
#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#include "training.hpp"

int main(int count, char** arguments) {
    if (count < 4) return 2;
    const norma::MpiSession session;
    const norma::MpiCommunicator all;
    norma::MpiReducer reducer(all);
    return session.run(reducer, [&] { train(arguments + 1, false, reducer); });
}
