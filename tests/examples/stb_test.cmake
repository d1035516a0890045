# norma_need_stb in cmake/dependencies.cmake names a missing header before the compiler does, and norma_may_need says
# what is missing:
#   cmake -DEXAMPLES=<their folder> -DWORK=<folder> -P stb_test.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/expect.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/include/stb")
file(WRITE "${WORK}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(stb LANGUAGES NONE)
include(\"${CMAKE_CURRENT_LIST_DIR}/../../cmake/dependencies.cmake\")
norma_need_stb()
norma_may_need(nothing PNG nothing.cpp libpng-dev \"no PNG is read\")
")

# Configures with the stb in the folder. Sets status and errors, with each run of blanks replaced by one.
macro(configure)
    execute_process(COMMAND "${CMAKE_COMMAND}" -S "${WORK}" -B "${WORK}/build" "-DNORMA_STB_INCLUDE=${WORK}/include"
            -DCMAKE_DISABLE_FIND_PACKAGE_PNG=ON
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
endmacro()

# The headers that the examples include.
file(GLOB_RECURSE sources "${EXAMPLES}/*.cpp" "${EXAMPLES}/*.hpp")
set(headers "")
foreach(source IN LISTS sources)
    file(STRINGS "${source}" lines REGEX "^#include <stb/")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE "^#include <stb/(.*)>.*" "\\1" header "${line}")
        list(APPEND headers "${header}")
    endforeach()
endforeach()
list(REMOVE_DUPLICATES headers)
list(LENGTH headers count)
expect("two headers or more, not ${count}" count GREATER_EQUAL 2)

foreach(header IN LISTS headers)
    file(TOUCH "${WORK}/include/stb/${header}")
endforeach()
configure()
expect("all that is needed is there" status EQUAL 0)
expect("what is left out" output MATCHES "-- norma: PNG was not found .[^\n]*libpng-dev.: no PNG is read")
foreach(header IN LISTS headers)
    file(REMOVE "${WORK}/include/stb/${header}")
    configure()
    expect("an error" NOT status EQUAL 0)
    expect("that ${header} is missing" errors MATCHES "norma: stb/${header} was not found [^.]*${WORK}/include.*libstb-dev")
    file(TOUCH "${WORK}/include/stb/${header}")
endforeach()
