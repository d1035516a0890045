# `cmake --install`: the headers, and a package that find_package(norma) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(NORMA_FETCHED)
    message(STATUS "norma: install is switched off, for ${NORMA_FETCHED} was fetched and would not be found again")
    return()
endif()

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/norma")
set(targets norma)
if(TARGET norma_io)
    list(APPEND targets norma_io)
endif()
install(TARGETS ${targets} EXPORT norma FILE_SET HEADERS)
install(EXPORT norma NAMESPACE norma:: DESTINATION "${package_dir}" FILE normaTargets.cmake)
configure_package_config_file(cmake/normaConfig.cmake.in "${PROJECT_BINARY_DIR}/normaConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/normaConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/normaConfig.cmake" "${PROJECT_BINARY_DIR}/normaConfigVersion.cmake"
    DESTINATION "${package_dir}")
