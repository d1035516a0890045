// A second file with everything in it, so that a function that should be inline and is not fails to link.
#include <span>

#include <norma/distributed/mpi_reducer.hpp>
#include <norma/distributed/mpi_session.hpp>
#include <norma/distributed/mpi_threads.hpp>

int lowest(norma::Reducer& reducer, int number) {
    reducer.minimum(std::span(&number, 1));
    return number;
}
