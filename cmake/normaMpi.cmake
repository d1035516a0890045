# Defines norma::mpi if MPI is found (Debian's packages: norma_mpi_debian): norma::norma, and the library that
# norma/distributed needs. The installed package also includes this file.
set(norma_mpi_debian "libopenmpi-dev or libmpich-dev")
if(NOT TARGET norma::mpi)
    if(NOT TARGET MPI::MPI_CXX)
        set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)  # for the project that norma is a part of
        set(MPI_CXX_SKIP_MPICXX TRUE)  # the C++ bindings of MPI-2: looking for them takes CMake seconds
        find_package(MPI QUIET COMPONENTS CXX)
        unset(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
        unset(MPI_CXX_SKIP_MPICXX)
    endif()
    if(TARGET MPI::MPI_CXX)
        add_library(norma::mpi INTERFACE IMPORTED GLOBAL)
        target_link_libraries(norma::mpi INTERFACE norma::norma MPI::MPI_CXX)
    endif()
endif()
