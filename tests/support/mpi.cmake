# The versions of MPI that programs are tested with, in the list `mpis`: Debian has Open MPI and MPICH side by side, as
# mpicxx.openmpi and mpicxx.mpich. Elsewhere it is `mpi`, the one of norma::mpi. start_<mpi> starts a program.

# Without these variables Open MPI refuses to run as root, and to start more processes than there are cores.
set(mpi_environment "${CMAKE_COMMAND}" -E env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1)
set(start_mpi ${mpi_environment} "${MPIEXEC_EXECUTABLE}")

set(mpis "")
if(TARGET norma::mpi)
    foreach(name IN ITEMS openmpi mpich)
        find_program(NORMA_MPICXX_${name} mpicxx.${name})
        find_program(NORMA_MPIRUN_${name} mpirun.${name})
        mark_as_advanced(NORMA_MPICXX_${name} NORMA_MPIRUN_${name})
        if(NORMA_MPICXX_${name} AND NORMA_MPIRUN_${name})
            list(APPEND mpis ${name})
            set(start_${name} ${mpi_environment} "${NORMA_MPIRUN_${name}}")
        endif()
    endforeach()
    if(NOT mpis)
        set(mpis mpi)
    endif()
endif()

# mpi_program(TARGET SOURCE [LIBRARY...]): an executable TARGET_<mpi> with each MPI.
function(mpi_program target source)
    foreach(mpi IN LISTS mpis)
        add_executable(${target}_${mpi} ${source})
        target_link_libraries(${target}_${mpi} PRIVATE ${ARGN} norma::io norma_own_flags)
        target_compile_options(${target}_${mpi} PRIVATE $<$<CONFIG:Release>:-O1>)
        if(mpi STREQUAL "mpi")
            target_link_libraries(${target}_${mpi} PRIVATE norma::mpi)
            continue()
        endif()
        # The flags that the compiler of this MPI adds.
        execute_process(COMMAND "${NORMA_MPICXX_${mpi}}" -show OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
            COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        set(folders ${flags})
        list(FILTER folders INCLUDE REGEX "^-I")
        list(TRANSFORM folders REPLACE "^-I" "")
        list(FILTER flags INCLUDE REGEX "^-(L|l|pthread|Wl,)")
        list(FILTER flags EXCLUDE REGEX "^-lmpi(_cxx|chcxx)$")  # MPI's old C++ bindings
        target_include_directories(${target}_${mpi} SYSTEM PRIVATE ${folders})
        target_link_libraries(${target}_${mpi} PRIVATE ${flags})
    endforeach()
endfunction()

# Why these programs are not tested; empty if they are. What MPI's libraries never free, and their threads, are no faults
# of norma; with sanitizers, what processes exchange is tested with threads as processes (support/process_group.hpp).
set(no_mpi "")
if(NOT mpis)
    set(no_mpi "there is no MPI")
elseif(NORMA_SANITIZE)
    set(no_mpi "MPI's libraries are not made for sanitizers")
endif()
