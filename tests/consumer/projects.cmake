# Ways to use norma by a CMake project or a package manager; included by run.cmake.

function(install_norma)
    run("${CMAKE_COMMAND}" --install "${NORMA_BUILD}" --prefix "${prefix}")
endfunction()

set(configure "${CMAKE_COMMAND}" -S "${here}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${compiler}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DNORMA=${NORMA}")

# norma as a project of its own, without its programs.
set(configure_norma "${CMAKE_COMMAND}" -S "${NORMA}" -B "${WORK}/norma" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${compiler}" -DNORMA_BUILD_TESTS=OFF -DNORMA_BUILD_EXAMPLES=OFF)

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
    if(IMAGES)
        string(APPEND component ",images")
    endif()
    if(MPI)
        string(APPEND component ",mpi")
    endif()
    run(${configure} -B "${WORK}/build" -DWAY=find_package -DCOMPONENTS=${component})
    if(IMAGES)
        build_and_run(images)
    endif()
    if(MPI)
        run("${CMAKE_COMMAND}" --build "${WORK}/build" --target mpi)
        run(${MPI} "${WORK}/build/mpi")
    endif()
    # onnx.cpp includes all that train.cpp does.
    if(ONNX)
        build_and_run(io onnx)
    endif()
    if(NOT ONNX OR THOROUGH)
        build_and_run(train io)
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
    expect_failure("component images needs stb/stb_image.h;libstb-dev;CMAKE_PREFIX_PATH" ${configure}
        -B "${WORK}/images" -DWAY=find_package -DCOMPONENTS=images "-DNORMA_STB_INCLUDE=${WORK}/nowhere")
    expect_failure("component mpi needs MPI;libmpich-dev;MPI_CXX_COMPILER" ${configure}
        -B "${WORK}/mpi" -DWAY=find_package -DCOMPONENTS=mpi -DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON)
    # Only norma::io needs nlohmann_json.
    run(${configure} -B "${WORK}/build" -DWAY=find_package -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
    build_and_run(small)
endfunction()

# norma's sources without a library that they need: one sentence, and no download unless NORMA_FETCH is on.
function(missing_sources)
    foreach(package debian IN ZIP_LISTS packages debians)
        expect_failure("norma: ${package} (version;Debian and Ubuntu: ${debian};CMAKE_PREFIX_PATH"
            ${configure_norma} -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
        run(${configure_norma} -DCMAKE_DISABLE_FIND_PACKAGE_${package}=OFF)
    endforeach()
    set(without_eigen ${configure_norma} -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON -UEigen3_DIR)
    expect_failure("FETCHCONTENT_FULLY_DISCONNECTED forbids downloading;libeigen3-dev;FETCHCONTENT_SOURCE_DIR_EIGEN3"
        ${without_eigen} -DNORMA_FETCH=ON -DFETCHCONTENT_FULLY_DISCONNECTED=ON)
    file(MAKE_DIRECTORY "${WORK}/nowhere")
    expect_failure("expected Eigen/Core in ;/nowhere" ${without_eigen} -DNORMA_FETCH=OFF
        "-DFETCHCONTENT_SOURCE_DIR_EIGEN3=${WORK}/nowhere")
    if(EXISTS "${WORK}/norma/_deps/eigen3-src")
        message(FATAL_ERROR "Eigen was downloaded, or its folder made, although NORMA_FETCH is off")
    endif()
    # With Eigen from source folders norma can be used, but not installed.
    file(WRITE "${WORK}/nowhere/Eigen/Core" "")
    run(${without_eigen})
    expect_failure("was downloaded into this build;Eigen3. Install this library" "${CMAKE_COMMAND}" --install "${WORK}/norma"
        --prefix "${WORK}/prefix")
    expect_failure("was downloaded into this build;Eigen3. Install this library" "${CMAKE_COMMAND}" --install "${WORK}/norma"
        --prefix "${WORK}/prefix" --component norma)
endfunction()

# A package Eigen3 of the given version, as Eigen installs it, whose headers are in `include`.
function(write_eigen folder version include)
    include(CMakePackageConfigHelpers)
    file(WRITE "${folder}/Eigen3Config.cmake" "add_library(Eigen3::Eigen INTERFACE IMPORTED)\n"
        "target_include_directories(Eigen3::Eigen SYSTEM INTERFACE [[${include}]])\n")
    write_basic_package_version_file("${folder}/Eigen3ConfigVersion.cmake" VERSION ${version}
        COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
endfunction()

# Eigen 3.4 and 5 are accepted, older and unknown versions are not. A program trains with Eigen 5 if that is found: in
# the folder named by the environment variable NORMA_EIGEN5, or in PyPI's package eigency.
function(eigen_versions)
    foreach(version IN ITEMS 3.3.9 3.4.0 3.4.9 5.0.1 5.9.0 6.0.0)
        set(folder "${WORK}/eigen-${version}")
        write_eigen("${folder}" ${version} "${WORK}")
        execute_process(COMMAND ${configure_norma} "-DEigen3_DIR=${folder}" OUTPUT_QUIET ERROR_QUIET)
        load_cache("${WORK}/norma" READ_WITH_PREFIX norma_ Eigen3_DIR)
        set(taken FALSE)
        if(norma_Eigen3_DIR STREQUAL folder)
            set(taken TRUE)
        endif()
        string(REGEX MATCH "^(3\\.4|5)\\." expected ${version})
        if((expected AND NOT taken) OR (taken AND NOT expected))
            message(FATAL_ERROR "Eigen ${version}: taken is ${taken}")
        endif()
    endforeach()

    set(eigen "$ENV{NORMA_EIGEN5}")
    if(NOT eigen)
        set(python "$ENV{NORMA_PYTHON}")
        if(NOT python)
            set(python python3)
        endif()
        execute_process(COMMAND "${python}" -c
            "import importlib.util as u; print(u.find_spec('eigency').submodule_search_locations[0])"
            OUTPUT_VARIABLE eigency OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        set(eigen "${eigency}/eigen")
    endif()
    if(NOT EXISTS "${eigen}/Eigen/Core")
        message(STATUS "skipped: no program was compiled with Eigen 5, which was not found; NORMA_EIGEN5 names its folder")
        return()
    endif()
    write_eigen("${WORK}/eigen" 5.0.0 "${eigen}")
    run(${configure} -B "${WORK}/build" -DWAY=add_subdirectory "-DEigen3_DIR=${WORK}/eigen")
    build_and_run(train)
endfunction()

# The project has the targets that norma needs, and no packages of these; and two of its parts add norma.
function(own_targets)
    set(hidden "")
    foreach(package IN LISTS packages)
        list(APPEND hidden -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
    endforeach()
    run(${configure} -B "${WORK}/build" -DWAY=add_subdirectory -DOWN_TARGETS=ON -DTWICE=ON ${hidden})
    install_norma()
    run(${configure} -B "${WORK}/installed" -DWAY=find_package -DCOMPONENTS=io -DOWN_TARGETS=ON -DTWICE=ON ${hidden})
endfunction()

# Everything installed is one component, and the headers may go into a folder outside the prefix.
function(install_options)
    set(include "${WORK}/other include")
    # CMake takes no folder within the source tree, where this build is.
    file(COPY "${NORMA}/CMakeLists.txt" "${NORMA}/cmake" "${NORMA}/include" DESTINATION "${WORK}/source")
    list(REMOVE_AT configure_norma 2)
    list(INSERT configure_norma 2 "${WORK}/source")
    run(${configure_norma} "-DCMAKE_INSTALL_INCLUDEDIR=${include}")
    expect_failure("there is no component norm to install;component norma" "${CMAKE_COMMAND}" --install "${WORK}/norma"
        --prefix "${prefix}" --component norm)
    run("${CMAKE_COMMAND}" --install "${WORK}/norma" --prefix "${prefix}" --component norma)
    foreach(file IN ITEMS "${include}/norma/norma.hpp" "${include}/norma/io/json.hpp"
            "${prefix}/share/pkgconfig/norma.pc")
        if(NOT EXISTS "${file}")
            message(FATAL_ERROR "The component norma does not install ${file}")
        endif()
    endforeach()
    run(${configure} -B "${WORK}/build" -DWAY=find_package)
    build_and_run(small)
endfunction()

# The same project, with the sources.
function(from_source)
    run(${configure} -B "${WORK}/build" -DWAY=${WAY})
    build_and_run(small io)
    if(IMAGES)
        build_and_run(images)
    endif()
    if(MPI)
        run("${CMAKE_COMMAND}" --build "${WORK}/build" --target mpi)
    endif()
endfunction()

# norma's dependencies count as installed, so that nothing is downloaded; the recipe's configure step finds them.
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
