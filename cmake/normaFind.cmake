# norma_look_for(NAME TARGET VERSIONS): makes TARGET known, where it is not yet, by the package NAME of one of VERSIONS
# or newer. Each is the oldest of a major number, for packages say that they fit their own alone; which of them comes first
# on the path of the search is taken. The installed package reads this file too.
macro(norma_look_for name target versions)
    set(norma_versions ${versions})
    list(LENGTH norma_versions norma_count)
    if(norma_count GREATER 1 AND NOT TARGET ${target})
        find_package(${name} 9999 QUIET CONFIG)  # there is none: this tells which there are, in order
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
