# norma_look_for(NAME TARGET VERSIONS): defines TARGET, if it is not defined yet, with the package NAME in one of
# VERSIONS or newer. VERSIONS has the oldest version of each major version, because packages are compatible with their
# own major version only. The first package on the search path is used. The installed package also includes this file.
macro(norma_look_for name target versions)
    set(norma_versions ${versions})
    list(LENGTH norma_versions norma_count)
    if(norma_count GREATER 1 AND NOT TARGET ${target})
        find_package(${name} 9999 QUIET CONFIG)  # never found, but lists the packages that there are
        foreach(norma_config norma_found IN ZIP_LISTS ${name}_CONSIDERED_CONFIGS ${name}_CONSIDERED_VERSIONS)
            string(REGEX MATCH "^[0-9]+" norma_major "${norma_found}")
            foreach(norma_version IN LISTS norma_versions)
                if(NOT TARGET ${target} AND norma_version MATCHES "^${norma_major}(\\.|$)"
                        AND norma_found VERSION_GREATER_EQUAL norma_version)
                    cmake_path(GET norma_config PARENT_PATH norma_folder)
                    set(${name}_DIR "${norma_folder}" CACHE PATH "The folder of ${name}'s package" FORCE)
                    find_package(${name} ${norma_version} QUIET CONFIG)
                endif()
            endforeach()
        endforeach()
    endif()
    foreach(norma_version IN LISTS norma_versions)
        if(NOT TARGET ${target})
            find_package(${name} ${norma_version} QUIET)
        endif()
    endforeach()
endmacro()
