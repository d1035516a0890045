# The libraries that norma needs. For each, in this order: the target of the project that norma is a part of; the
# system's package, by find_package; with NORMA_FETCH, the release in the table below, downloaded and checked by its
# hash. If none is there, the error message names the package to install.
include(FetchContent)
include("${CMAKE_CURRENT_LIST_DIR}/normaFind.cmake")

# norma_dependency(NAME TARGET "VERSION..." DEBIAN_PACKAGE [URL SHA256])
macro(norma_dependency name target versions debian)
    set(norma_${name}_target "${target}")
    set(norma_${name}_versions ${versions})
    list(GET norma_${name}_versions 0 norma_${name}_version)
    set(norma_${name}_debian "${debian}")
    set(norma_${name}_url "${ARGV4}")
    set(norma_${name}_sha256 "${ARGV5}")
endmacro()

norma_dependency(Eigen3 Eigen3::Eigen "3.4;5" libeigen3-dev
    https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
    b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
norma_dependency(TBB TBB::tbb 2021.5 libtbb-dev)
norma_dependency(nlohmann_json nlohmann_json::nlohmann_json 3.10 nlohmann-json3-dev
    https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
    d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
norma_dependency(doctest doctest::doctest 2.4 doctest-dev)
norma_dependency(CLI11 CLI11::CLI11 2.1 libcli11-dev)
norma_dependency(benchmark benchmark::benchmark 1.7 libbenchmark-dev
    https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
    6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7)

# Defines the targets of the named dependencies. The list NORMA_FETCHED has those that were downloaded.
macro(norma_need)
    foreach(name IN ITEMS ${ARGN})
        norma_look_for(${name} ${norma_${name}_target} "${norma_${name}_versions}")
        if(NOT TARGET ${norma_${name}_target})
            norma_fetch(${name})
        endif()
    endforeach()
endmacro()

macro(norma_fetch name)
    string(TOLOWER "${name}" norma_lower)
    string(TOUPPER "${name}" norma_upper)
    string(CONCAT norma_remedy "Install it (Debian and Ubuntu: ${norma_${name}_debian}; ./dev does it), or name its "
        "folder in CMAKE_PREFIX_PATH")
    if(NOT norma_${name}_url OR NOT (NORMA_FETCH OR FETCHCONTENT_SOURCE_DIR_${norma_upper}))
        if(norma_${name}_url)
            string(APPEND norma_remedy ", or let CMake download its release (-DNORMA_FETCH=ON)")
        endif()
        list(JOIN norma_${name}_versions " or " norma_wanted)
        message(FATAL_ERROR "norma: ${name} (version ${norma_wanted}, or newer) was not found. ${norma_remedy}.")
    endif()
    if(FETCHCONTENT_FULLY_DISCONNECTED AND NOT FETCHCONTENT_SOURCE_DIR_${norma_upper}
            AND NOT EXISTS "${FETCHCONTENT_BASE_DIR}/${norma_lower}-src/CMakeLists.txt")
        message(FATAL_ERROR "norma: ${name} was not found, and FETCHCONTENT_FULLY_DISCONNECTED forbids downloading it. "
            "${norma_remedy}, or name the folder of its sources in FETCHCONTENT_SOURCE_DIR_${norma_upper}.")
    endif()
    if(NOT FETCHCONTENT_SOURCE_DIR_${norma_upper})
        message(STATUS "norma: ${name} was not found (Debian and Ubuntu: ${norma_${name}_debian}), "
            "downloading ${norma_${name}_url}")
    endif()
    # Eigen and nlohmann_json are header-only: SOURCE_SUBDIR names a folder that does not exist, so that their own
    # CMakeLists.txt are not used.
    if("${name}" STREQUAL "benchmark")
        set(norma_subdir "")
        set(BENCHMARK_ENABLE_TESTING OFF)
        set(BENCHMARK_ENABLE_INSTALL OFF)
    else()
        set(norma_subdir SOURCE_SUBDIR headers-only)
    endif()
    FetchContent_Declare(${name} URL ${norma_${name}_url} URL_HASH SHA256=${norma_${name}_sha256}
        DOWNLOAD_EXTRACT_TIMESTAMP ON ${norma_subdir})
    FetchContent_MakeAvailable(${name})
    if("${name}" STREQUAL "Eigen3")
        norma_header_only(Eigen3::Eigen "${eigen3_SOURCE_DIR}" Eigen/Core)
    elseif("${name}" STREQUAL "nlohmann_json")
        norma_header_only(nlohmann_json::nlohmann_json "${nlohmann_json_SOURCE_DIR}/include" nlohmann/json.hpp)
    endif()
    list(APPEND NORMA_FETCHED ${name})
endmacro()

function(norma_header_only target folder header)
    if(NOT EXISTS "${folder}/${header}")
        message(FATAL_ERROR "norma: expected ${header} in ${folder}; it is not there.")
    endif()
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE "${folder}")
endfunction()

# stb has no CMake package. norma::stb is the folder for #include <stb/stb_image_write.h> and the other headers below.
macro(norma_need_stb)
    find_path(NORMA_STB_INCLUDE stb/stb_image_write.h)
    foreach(header IN ITEMS stb_image_write.h stb_easy_font.h)
        if(NOT EXISTS "${NORMA_STB_INCLUDE}/stb/${header}")
            message(FATAL_ERROR "norma: stb/${header} was not found (NORMA_STB_INCLUDE: ${NORMA_STB_INCLUDE}). Install "
                "it (Debian and Ubuntu: libstb-dev; ./dev does it), or set NORMA_STB_INCLUDE to the folder with stb/ in "
                "it.")
        endif()
    endforeach()
    if(NOT TARGET norma::stb)
        norma_header_only(norma::stb "${NORMA_STB_INCLUDE}" stb/stb_image_write.h)
    endif()
endmacro()

# If the package is found, compiles the source into the target and defines NORMA_HAS_<NAME> for it and its users. If
# not, prints what is missing.
function(norma_may_need target name source debian lacking)
    find_package(${name} QUIET)
    if(NOT ${name}_FOUND)
        message(STATUS "norma: ${name} was not found (Debian and Ubuntu: ${debian}): ${lacking}")
        return()
    endif()
    target_sources(${target} PRIVATE ${source})
    target_link_libraries(${target} PRIVATE ${name}::${name})
    target_compile_definitions(${target} PUBLIC NORMA_HAS_${name})
endfunction()
