// Runs under mpirun. Use: train THREADS, which prints what `train_networks` returns; or train FAULT FILE, which should
// end all processes by an error.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "norma/distributed/mpi_reducer.hpp"
#include "norma/distributed/mpi_session.hpp"
#include "training.hpp"

int main(int count, char** arguments) {
    const norma::MpiSession session;
    const norma::MpiCommunicator all;
    norma::MpiReducer reducer(all);
    return session.run(reducer, [&] {
        if (count > 2) {
            train_with(arguments[1], reducer, arguments[2]);
        } else {
            const std::string text = train_networks(reducer, std::atoi(arguments[1]));
            if (session.rank() == 0) std::fputs(text.c_str(), stdout);
        }
    });
}
