# Has Doxygen read the public headers of NORMA as ./dev docs does, but write nothing: a public name without a comment, or a
# comment that does not fit its declaration, is an error. WORK is a folder to write to.
cmake_minimum_required(VERSION 3.25)

find_program(doxygen NAMES doxygen)
if(NOT doxygen)
    message(STATUS "skipped: doxygen is not installed")
    return()
endif()
file(READ "${NORMA}/docs/Doxyfile" settings)
file(WRITE "${WORK}/Doxyfile" "${settings}\nOUTPUT_DIRECTORY = \"${WORK}\"\nGENERATE_HTML = NO\nGENERATE_XML = YES\n")
execute_process(COMMAND "${doxygen}" "${WORK}/Doxyfile" WORKING_DIRECTORY "${NORMA}" RESULT_VARIABLE failed
    ERROR_VARIABLE warnings)
if(failed)
    message(FATAL_ERROR "Doxygen warns:\n${warnings}")
endif()
