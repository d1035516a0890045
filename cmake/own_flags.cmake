# The flags of norma's own executables; programs that link norma do not get them.
# norma_warnings is a part of norma_own_flags. An executable links norma_own_flags, PRIVATE.
add_library(norma_warnings INTERFACE)
set(gnu_like $<NOT:$<CXX_COMPILER_ID:MSVC>>)
target_compile_options(norma_warnings INTERFACE $<IF:${gnu_like},-Wall;-Wextra;-Wpedantic;-Wconversion,/W4>
    # GCC 12 gives wrong warnings for std::string from string literals (GCC bug 105651),
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
    # and, with AVX-512, for its own intrinsics (GCC bug 105593).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-uninitialized>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>
    $<$<BOOL:${NORMA_WARNINGS_AS_ERRORS}>:$<IF:${gnu_like},-Werror,/WX>>)

add_library(norma_own_flags INTERFACE)
target_link_libraries(norma_own_flags INTERFACE norma_warnings)
# The benchmarks build programs for other architectures than this machine's, named by the property NORMA_ARCHITECTURE.
set(architecture $<TARGET_PROPERTY:NORMA_ARCHITECTURE>)
target_compile_options(norma_own_flags INTERFACE $<$<BOOL:${architecture}>:-march=${architecture}>)
if(NORMA_NATIVE)
    target_compile_options(norma_own_flags INTERFACE $<$<NOT:$<BOOL:${architecture}>>:-march=native>)
endif()
# GCC's allocator becomes slow once its garbage was collected: it searches a list of all freed pages. So where there is
# memory, garbage is not collected before half the memory of a core is in use, which most files never reach.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    cmake_host_system_information(RESULT memory QUERY TOTAL_PHYSICAL_MEMORY)
    cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
    math(EXPR norma_memory_of_a_core "${memory} / ${cores}")  # in MiB
    if(norma_memory_of_a_core GREATER 3000)
        math(EXPR heap "${norma_memory_of_a_core} * 512")  # in KiB
        set(norma_garbage_options --param=ggc-min-heapsize=${heap})
        target_compile_options(norma_own_flags INTERFACE ${norma_garbage_options})
    endif()
endif()
if(NORMA_SANITIZE)
    list(JOIN NORMA_SANITIZE "," sanitizers)
    set(sanitizer_flags -fsanitize=${sanitizers} -fno-sanitize-recover=all)
    if(NORMA_SANITIZE MATCHES "undefined" AND NORMA_SANITIZE MATCHES "address")
        # These check every pointer before it is used, which takes minutes to compile in unrolled kernels.
        # AddressSanitizer finds reads and writes through a wrong pointer anyway.
        list(APPEND sanitizer_flags -fno-sanitize=null,object-size,vptr)
    endif()
    target_compile_options(norma_own_flags INTERFACE ${sanitizer_flags} -fno-omit-frame-pointer)
    target_link_options(norma_own_flags INTERFACE ${sanitizer_flags})
endif()

# norma_precompiled(<target> <level>): the headers of other libraries are compiled once for all targets at -O<level>, for
# they are a third of what a small file takes to compile. norma's own headers are not among them: a change of one compiles
# again only the files that include it. Each level has its own, because code from GCC's precompiled header keeps that
# header's optimisation. With NORMA_THOROUGH each file compiles what it includes.
function(norma_precompiled target level)
    if(NOT norma_unity OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_BUILD_TYPE STREQUAL "Release")
        return()
    endif()
    set(headers norma_precompiled_O${level})
    if(NOT TARGET ${headers})
        file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/precompiled.cpp" CONTENT "")
        add_library(${headers} OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
        target_link_libraries(${headers} PRIVATE norma::io norma_own_flags)
        target_compile_options(${headers} PRIVATE -O${level})
        target_precompile_headers(${headers} PRIVATE <Eigen/Core> <algorithm> <atomic> <charconv> <chrono>
            <condition_variable> <filesystem> <fstream> <functional> <iostream> <map> <memory> <mutex>
            <nlohmann/json.hpp> <numeric> <oneapi/tbb/blocked_range.h> <oneapi/tbb/global_control.h>
            <oneapi/tbb/info.h> <oneapi/tbb/parallel_for.h> <oneapi/tbb/partitioner.h> <oneapi/tbb/task_arena.h>
            <optional> <span> <sstream> <string> <thread> <tuple> <variant> <vector>)
    endif()
    target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()
