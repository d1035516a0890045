# PROGRAM prints the same when a command starts it in several processes as ALONE, a version of it that is started alone.
# CASES are PROCESSES:THREADS, joined by commas.
#   cmake -DALONE=... -DPROGRAM=... -DCASES=... -P bits.cmake -- the first words of the command
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/command.cmake")
execute_process(COMMAND "${ALONE}" 1 OUTPUT_VARIABLE expected COMMAND_ERROR_IS_FATAL ANY)
set(numbers "[0-9]+ [0-9]+ [0-9.]+")
if(NOT expected MATCHES "^batch ${numbers}\ngroup ${numbers}\nlayer ${numbers}\nLeNet-5 ${numbers}\n$")
    message(FATAL_ERROR "One process alone prints:\n${expected}")
endif()
string(REPLACE "," ";" cases "${CASES}")
foreach(case IN LISTS cases)
    string(REPLACE ":" ";" case "${case}")
    list(POP_FRONT case processes threads)
    execute_process(COMMAND ${command} -n ${processes} "${PROGRAM}" ${threads} OUTPUT_VARIABLE found
        COMMAND_ERROR_IS_FATAL ANY)
    if(NOT found STREQUAL expected)
        message(FATAL_ERROR "${processes} processes of ${threads} threads print\n${found}instead of\n${expected}")
    endif()
    message(STATUS "${processes} processes of ${threads} threads: equal")
endforeach()
