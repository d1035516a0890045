#include <norma/distributed/mpi_reducer.hpp>
#include <norma/distributed/mpi_session.hpp>
#include <norma/distributed/mpi_threads.hpp>

int lowest(norma::Reducer& reducer, int number);  // in mpi_too.cpp

int main() {
    const norma::MpiSession session;
    const norma::MpiCommunicator all;
    norma::MpiReducer reducer(all);
    return lowest(reducer, 3 + all.rank()) == 3 && norma::mpi_threads(all).count > 0 ? 0 : 1;
}
