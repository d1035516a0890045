# Uses norma in one WAY, in the folder WORK:
#   find_package, add_subdirectory, FetchContent   the CMake project beside this file
#   missing_packages                               find_package without a dependency of norma
#   missing_sources                                norma's sources, the same
#   own_targets, eigen_versions, install_options   see projects.cmake
#   command_line, no_exceptions                    the compiler alone; nlohmann_json cannot be included
#   fast_math                                      the compiler alone, with -Ofast
#   pkg_config                                     the compiler and pkg-config
#   compile_once                                   a network that one of two files compiles
#   two_targets                                    files compiled for different instruction sets in one program
#   warnings                                       norma's headers without a warning, as a program's own
#   checked_containers                             with the standard library's checks, -D_GLIBCXX_DEBUG
#   older_standard                                 -std=c++17: the first error says what is needed
#   macros                                         headers after macros that programs define
#   module                                         a C++20 module that exports norma
#   hidden_visibility                              a shared library that hides its symbols throws
#   conan                                          no program, but the Conan recipe packages norma
# NORMA is the source tree, NORMA_BUILD its build, ONNX and IMAGES whether that has norma::onnx and norma::images, MPI
# the command that starts two processes if it has norma::mpi, THOROUGH whether it is NORMA_THOROUGH's, SETTINGS what
# tests/support/compiler.cmake reads, TBB the folder of TBB's library.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../support/compiler.cmake")

set(here "${CMAKE_CURRENT_LIST_DIR}")
set(prefix "${WORK}/a prefix with spaces")
set(everything "${here}/train.cpp" "${here}/classify.cpp")

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Runs a command that must fail, and print each of `words`.
function(expect_failure words)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT RESULT_VARIABLE failed OUTPUT_VARIABLE out ERROR_VARIABLE out)
    if(NOT failed)
        message(FATAL_ERROR "This should have failed, but it printed:\n${out}")
    endif()
    string(REGEX REPLACE "[ \n]+" " " text "${out}")
    foreach(word IN LISTS words)
        string(FIND "${text}" "${word}" at)
        if(at EQUAL -1)
            message(FATAL_ERROR "It failed without saying '${word}':\n${out}")
        endif()
    endforeach()
endfunction()

include("${here}/compiler.cmake")
include("${here}/projects.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
if(WAY STREQUAL "find_package")
    find_package_way()
elseif(WAY MATCHES "^(add_subdirectory|FetchContent)$")
    from_source()
else()
    cmake_language(CALL ${WAY})
endif()
