# Checks that every C++ file is formatted as by ./dev format. Other versions of clang-format give other results, so it
# must be the version in ./dev.
#   cmake -DNORMA=folder of the repository -P format.cmake
cmake_minimum_required(VERSION 3.25)

find_program(clang_format clang-format-16)
if(NOT clang_format)
    message(STATUS "skipped: there is no clang-format-16 here")
    return()
endif()
file(GLOB_RECURSE files "${NORMA}/include/*.hpp")
foreach(folder examples tests benchmarks)
    file(GLOB_RECURSE more "${NORMA}/${folder}/*.hpp" "${NORMA}/${folder}/*.cpp" "${NORMA}/${folder}/*.cppm")
    list(APPEND files ${more})
endforeach()
list(LENGTH files count)
if(count LESS 100)
    message(FATAL_ERROR "Only ${count} files were found in ${NORMA}")
endif()
execute_process(COMMAND "${clang_format}" --dry-run --Werror ${files} RESULT_VARIABLE result ERROR_VARIABLE faults)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "Not formatted; run ./dev format.\n${faults}")
endif()
message(STATUS "${count} files")
