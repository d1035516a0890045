# `cmake --install` installs the headers, a package for find_package(norma), and norma.pc for pkg-config. They find
# the prefix from their own place, so the prefix may be moved, and may have spaces in its name. Everything is in the
# component norma.
include(CMakePackageConfigHelpers)

if(NORMA_FETCHED)
    set(refusal "norma: not installed, because a library that it needs was downloaded into this build, and users would "
        "not find it: ${NORMA_FETCHED}. Install this library and configure again.")
    string(CONCAT refusal ${refusal})
    install(CODE "message(FATAL_ERROR [[${refusal}]])" ALL_COMPONENTS)
    return()
endif()
if(PROJECT_IS_TOP_LEVEL)  # otherwise CMake would install nothing, without a message
    install(CODE [[
        if(CMAKE_INSTALL_COMPONENT AND NOT CMAKE_INSTALL_COMPONENT STREQUAL "norma")
            message(FATAL_ERROR "norma: there is no component ${CMAKE_INSTALL_COMPONENT} to install; everything is in "
                "the component norma.")
        endif()]] ALL_COMPONENTS)
endif()

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/norma")
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME norma)
if(TARGET norma_io)
    set(norma_not_installed "")
else()
    set(norma_not_installed PATTERN io EXCLUDE PATTERN testing EXCLUDE)
endif()
install(DIRECTORY include/norma DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp"
    PATTERN stb_image.cpp ${norma_not_installed})
install(TARGETS norma EXPORT norma)
install(EXPORT norma NAMESPACE norma:: DESTINATION "${package_dir}" FILE normaTargets.cmake)
if(TARGET norma_io)
    install(TARGETS norma_io EXPORT norma_io)
    install(EXPORT norma_io NAMESPACE norma:: DESTINATION "${package_dir}" FILE normaIoTargets.cmake)
endif()
get_target_property(norma_definitions norma INTERFACE_COMPILE_DEFINITIONS)
if(norma_definitions MATCHES "NORMA_HAS_ZLIB")
    set(norma_uses_zlib TRUE)
else()
    set(norma_uses_zlib FALSE)
endif()
configure_package_config_file(cmake/normaConfig.cmake.in "${PROJECT_BINARY_DIR}/normaConfig.cmake"
    INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/normaConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/normaConfig.cmake" "${PROJECT_BINARY_DIR}/normaConfigVersion.cmake"
    cmake/normaFind.cmake cmake/normaImages.cmake cmake/normaMpi.cmake cmake/normaOnnx.cmake DESTINATION "${package_dir}")

# No quotes around paths with pcfiledir: pkgconf, which most systems use, escapes spaces itself.
set(norma_pc_dir "${CMAKE_INSTALL_DATADIR}/pkgconfig")
if(IS_ABSOLUTE "${norma_pc_dir}")
    set(norma_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH norma_pc_prefix "/${norma_pc_dir}" "/")
    string(REGEX REPLACE "/$" "" norma_pc_prefix "${norma_pc_prefix}")
    string(PREPEND norma_pc_prefix "\${pcfiledir}/")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(norma_pc_include "${CMAKE_INSTALL_INCLUDEDIR}")
else()
    set(norma_pc_include "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(norma_pc_requires "eigen3 >= ${norma_Eigen3_version}, tbb >= ${norma_TBB_version}")
set(norma_pc_definitions "")
if(norma_uses_zlib)
    string(APPEND norma_pc_requires ", zlib")
    set(norma_pc_definitions " -DNORMA_HAS_ZLIB")
endif()
configure_file(cmake/norma.pc.in "${PROJECT_BINARY_DIR}/norma.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/norma.pc" DESTINATION "${norma_pc_dir}")
