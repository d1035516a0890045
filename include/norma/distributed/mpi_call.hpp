#pragma once

// Without MPI's old C++ bindings, which would need a library of their own.
#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX
#endif
#ifndef MPICH_SKIP_MPICXX
#define MPICH_SKIP_MPICXX
#endif
#include <mpi.h>

#include <cstddef>
#include <string>

#include "norma/core/error.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Raises an Error if `code`, which MPI's function `name` returned, is not `MPI_SUCCESS`. The message has the rank, the
/// name and MPI's own text.
inline void mpi_call(int code, const char* name, int rank, int processes) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING + 1] = "";
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
    raise<Error>("rank " + std::to_string(rank) + " of " + std::to_string(processes) + ": " + name + " failed: " +
                 (length > 0 ? std::string(text, static_cast<std::size_t>(length)) : "error " + std::to_string(code)));
}

}  // namespace norma::inline NORMA_TARGET
