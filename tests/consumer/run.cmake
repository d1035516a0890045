# Configures, builds and runs tests/consumer in WORK; for find_package, installs NORMA_BUILD below WORK first.
function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE "${WORK}")
if(WAY STREQUAL "find_package")
    run("${CMAKE_COMMAND}" --install "${NORMA_BUILD}" --prefix "${WORK}/prefix")
endif()
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${WORK}/build" -G "${GENERATOR}"
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DWAY=${WAY} -DNORMA=${NORMA})
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/use_norma")
run("${WORK}/build/use_io")
