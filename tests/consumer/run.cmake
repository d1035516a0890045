# Uses norma in one WAY, in the folder WORK:
#   find_package, add_subdirectory, FetchContent   the CMake project beside this file
#   missing_packages                               find_package where something that norma needs is not found
#   command_line, no_exceptions                    the compiler alone; nlohmann_json cannot be included
#   fast_math                                      the compiler alone, with -Ofast
#   pkg_config                                     the compiler and pkg-config
#   two_targets                                    files compiled for different instruction sets in one program
#   warnings                                       norma's headers without a warning, as a program's own
#   checked_containers                             with the standard library's checks, -D_GLIBCXX_DEBUG
#   conan                                          no program, but the Conan recipe packages norma
# NORMA is the source tree, NORMA_BUILD its build, ONNX whether that has norma::onnx, SETTINGS what
# tests/support/compiler.cmake reads, TBB the folder of TBB's library.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../support/compiler.cmake")

set(here "${CMAKE_CURRENT_LIST_DIR}")
set(prefix "${WORK}/a prefix with spaces")
set(everything "${here}/train.cpp" "${here}/classify.cpp")

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Runs a command that must fail, with each of `words` in what it prints.
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

function(install_norma)
    run("${CMAKE_COMMAND}" --install "${NORMA_BUILD}" --prefix "${prefix}")
endfunction()

set(configure "${CMAKE_COMMAND}" -S "${here}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${compiler}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DNORMA=${NORMA}")

function(build_and_run)
    foreach(target IN LISTS ARGN)
        run("${CMAKE_COMMAND}" --build "${WORK}/build" --target ${target})
        run("${WORK}/build/${target}")
    endforeach()
endfunction()

function(find_package_way)
    install_norma()
    set(component io)
    if(ONNX)
        set(component onnx)  # which brings io
    endif()
    run(${configure} -B "${WORK}/build" -DWAY=find_package -DCOMPONENTS=${component})
    build_and_run(train io)
    if(ONNX)
        build_and_run(onnx)
    endif()
endfunction()

function(missing_packages)
    install_norma()
    foreach(package debian IN ZIP_LISTS packages debians)
        expect_failure("norma needs ${package};Debian and Ubuntu: ${debian};CMAKE_PREFIX_PATH"
            ${configure} -B "${WORK}/${package}" -DWAY=find_package -DCOMPONENTS=io
            -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
    endforeach()
    expect_failure("norma has no component onions" ${configure} -B "${WORK}/onions" -DWAY=find_package
        -DCOMPONENTS=onions)
    expect_failure("component onnx needs ONNX's protobuf classes;libonnx-dev;CMAKE_PREFIX_PATH" ${configure}
        -B "${WORK}/onnx" -DWAY=find_package -DCOMPONENTS=onnx -DCMAKE_DISABLE_FIND_PACKAGE_Protobuf=ON)
    run("${CMAKE_COMMAND}" -S "${NORMA}" -B "${WORK}/fetched" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${compiler}"
        -DNORMA_FETCHED=Eigen3 -DNORMA_BUILD_TESTS=OFF -DNORMA_BUILD_EXAMPLES=OFF)
    expect_failure("was fetched into this build;Eigen3. Install that" "${CMAKE_COMMAND}" --install "${WORK}/fetched"
        --prefix "${WORK}/nowhere")
    # Only norma::io needs nlohmann_json.
    run(${configure} -B "${WORK}/build" -DWAY=find_package -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
    build_and_run(small)
endfunction()

# The same project, with the sources.
function(from_source)
    run(${configure} -B "${WORK}/build" -DWAY=${WAY})
    build_and_run(small io)
endfunction()

# As on a machine without nlohmann_json.
function(compile program)
    file(WRITE "${WORK}/hidden/nlohmann/json.hpp" "#error nlohmann_json is included where it is not needed\n")
    run("${compiler}" -std=c++20 -O0 "-I${WORK}/hidden" ${ARGN} "-L${TBB}" -ltbb -o "${program}")
    run("${program}")
endfunction()

function(command_line)
    compile("${WORK}/train" ${include_flags} ${everything})
endfunction()

function(no_exceptions)
    compile("${WORK}/train" -fno-exceptions ${include_flags} ${everything})
    # What would be thrown is printed, and the program aborts.
    expect_failure("norma: batch size: -1 is not in" "${WORK}/train" wrong)
endfunction()

# What norma requires is taken for installed, so that nothing is fetched; the recipe's own configure step then finds it.
function(conan)
    find_program(conan NAMES conan)
    if(NOT conan)
        message(STATUS "skipped: Conan is not installed")
        return()
    endif()
    set(ENV{CONAN_HOME} "${WORK}/home")
    run("${conan}" profile detect)
    set(recipe "${NORMA}/cmake/conan/conanfile.py")
    file(STRINGS "${recipe}" required REGEX "self.requires\\(")
    list(TRANSFORM required REPLACE "^[^\"]*\"([^\"/]+)/[^0-9]*([0-9.]+).*$" "\\1/\\2")
    list(JOIN required "\n" required)
    file(WRITE "${WORK}/profile" "include(default)\n[platform_requires]\n${required}\n")
    run("${conan}" create "${NORMA}/cmake/conan" -s compiler.cppstd=20 --profile "${WORK}/profile" --no-remote)
    file(GLOB_RECURSE packaged "${WORK}/home/p/b/*/p/include/norma/io/json.hpp" "${WORK}/home/p/b/*/p/licenses/LICENSE")
    list(LENGTH packaged count)
    if(NOT count EQUAL 2)
        message(FATAL_ERROR "The recipe packages no norma/io/json.hpp or no LICENSE: ${packaged}")
    endif()
endfunction()

function(pkg_config)
    find_program(pkg_config NAMES pkg-config pkgconf)
    if(NOT pkg_config)
        message(STATUS "skipped: pkg-config is not installed")
        return()
    endif()
    install_norma()
    set(ENV{PKG_CONFIG_PATH} "${prefix}/share/pkgconfig:$ENV{PKG_CONFIG_PATH}")
    execute_process(COMMAND "${pkg_config}" --modversion norma OUTPUT_VARIABLE found
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    if(NOT found STREQUAL VERSION)
        message(FATAL_ERROR "norma.pc is of version ${found}, not ${VERSION}")
    endif()
    execute_process(COMMAND "${pkg_config}" --cflags --libs norma OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")  # as a shell does
    run("${compiler}" -std=c++20 -O0 "${here}/small.cpp" ${flags} -o "${WORK}/small")
    run("${WORK}/small")
endfunction()

include("${here}/compiler.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
if(WAY STREQUAL "find_package")
    find_package_way()
elseif(WAY MATCHES "^(add_subdirectory|FetchContent)$")
    from_source()
else()
    cmake_language(CALL ${WAY})
endif()
