# Defines norma::images if stb_image is found (Debian's package: norma_images_debian): norma::norma, and the source file
# that decodes pictures for norma/data/picture.hpp, which is compiled with each target that links norma::images. The
# folder norma_include has norma's headers. The installed package also includes this file.
set(norma_images_debian libstb-dev)
find_path(NORMA_STB_INCLUDE stb/stb_image.h)
mark_as_advanced(NORMA_STB_INCLUDE)
if(EXISTS "${NORMA_STB_INCLUDE}/stb/stb_image.h" AND NOT TARGET norma::images)
    add_library(norma::images INTERFACE IMPORTED GLOBAL)
    target_include_directories(norma::images SYSTEM INTERFACE "${NORMA_STB_INCLUDE}")
    target_sources(norma::images INTERFACE "${norma_include}/norma/data/stb_image.cpp")
    target_link_libraries(norma::images INTERFACE norma::norma)
endif()
